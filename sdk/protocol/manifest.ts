import { z } from "zod";
import { canonicalJson } from "./canonicalJson.ts";
import { cidOf, isCid } from "./cid.ts";

const MAX_MANIFEST_BYTES = 64 * 1024;
/** Longest input and output that contracts accept. */
export const MAX_PAYLOAD_BYTES = 24 * 1024;
/** Width of the units in the registry's slot. */
const MAX_UNITS = 2 ** 40 - 1;

const cid = z.string().refine(isCid, "is no CIDv1 of raw bytes and sha-256");
const hash = z.string().regex(/^0x[0-9a-f]{64}$/, "is no 32-byte hash");
const units = z.int().min(0).max(MAX_UNITS);
const text = (longest: number) => z.string().min(1).max(longest);

const artefact = z.strictObject({
  cid,
  /** Length, known before anything is fetched. */
  bytes: z
    .int()
    .min(0)
    .max(2 ** 40),
});

const tensor = z.strictObject({
  name: text(256),
  shape: z
    .array(
      z
        .int()
        .min(1)
        .max(2 ** 24),
    )
    .max(16)
    .readonly(),
  elementType: z.enum(["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"]),
  /** real value = integer / 2^fractionBits */
  fractionBits: z.int().min(-64).max(64),
});

const schema = z.strictObject({
  format: z.literal("assay.release.v1"),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "is no model name"),
  version: z.string().regex(/^\d{1,9}\.\d{1,9}\.\d{1,9}$/, "is no version like 1.0.0"),
  description: z.string().max(4096),
  /** SPDX identifier. */
  licence: text(64),
  compilerVersion: text(64),
  inputs: z.array(tensor).min(1).max(64).readonly(),
  outputs: z.array(tensor).min(1).max(64).readonly(),
  /** Bytes of the whole payload, tensors back to back. */
  inputLength: z.int().min(1).max(MAX_PAYLOAD_BYTES),
  outputLength: z.int().min(1).max(MAX_PAYLOAD_BYTES),
  units: z.strictObject({ compute: units, proof: units, byte: units }),
  circuit: z.strictObject({
    /** sha-256 of the r1cs file that the compiler makes of the integer model. */
    digest: hash,
    rows: z.int().min(1),
    wires: z.int().min(4),
    domainSize: z.int().min(4),
  }),
  /** keccak256 of the encoded verifying key: its id on chain. */
  keyId: hash,
  /** Whether the runtime model is exact on this release, or only the interpreter. */
  execution: z.enum(["onnxruntime", "interpreter"]),
  artefacts: z.strictObject({
    floatModel: artefact,
    integerModel: artefact,
    /** Null when the release runs on the interpreter. */
    runtimeModel: artefact.nullable(),
    knownAnswers: artefact,
    provingKey: artefact,
    verifyingKey: artefact,
    ceremony: artefact,
    samples: artefact,
    report: artefact,
  }),
  /** Enclave measurements that may answer for the release; none yet. */
  measurements: z.array(hash).max(16).readonly(),
  /** Who judges optimistic answers; none yet. */
  judge: z.null(),
});

/** An artefact by content address and length. */
export type Artefact = Readonly<z.infer<typeof artefact>>;

/** A tensor of a payload and what its integers mean. */
export type ManifestTensor = Readonly<z.infer<typeof tensor>>;

/** One immutable release: everything behind it by content address. Its digest is on chain. */
export type Manifest = Readonly<z.infer<typeof schema>>;

/** A manifest that is not one. `problems` names each field and what is wrong with it. */
export class ManifestError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(`The release's manifest is malformed: ${problems.join("; ")}.`, options);
    this.name = "ManifestError";
    this.problems = problems;
  }
}

/** The manifest's file: canonical JSON, UTF-8. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(canonicalJson(check(manifest)));
}

/** Content address of the manifest's file; the digest inside it is the one on chain. */
export function manifestCid(manifest: Manifest): string {
  return cidOf(encodeManifest(manifest));
}

/**
 * Reads a manifest's file; only the canonical spelling is accepted, so that one release has one
 * digest.
 * @throws ManifestError
 */
export function decodeManifest(file: Uint8Array): Manifest {
  if (file.length > MAX_MANIFEST_BYTES) {
    throw new ManifestError([`${file.length} bytes are more than ${MAX_MANIFEST_BYTES}`]);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch (cause) {
    throw new ManifestError(["it is no JSON in UTF-8"], { cause });
  }
  const manifest = check(json);
  const canonical = new TextEncoder().encode(canonicalJson(manifest));
  if (canonical.length !== file.length || canonical.some((byte, i) => byte !== file[i])) {
    throw new ManifestError(["it is not in canonical form (RFC 8785)"]);
  }
  return manifest;
}

function check(json: unknown): Manifest {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new ManifestError(
      parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`),
    );
  }
  const manifest = parsed.data;
  const problems = contradictions(manifest);
  if (problems.length > 0) throw new ManifestError(problems);
  return manifest;
}

function contradictions(manifest: Manifest): string[] {
  const problems: string[] = [];
  for (const [side, tensors, declared] of [
    ["input", manifest.inputs, manifest.inputLength],
    ["output", manifest.outputs, manifest.outputLength],
  ] as const) {
    const length = tensors.reduce((sum, each) => sum + tensorBytes(each), 0);
    if (length !== declared)
      problems.push(`${side}Length is ${declared}, its tensors have ${length}`);
  }
  const hasRuntimeModel = manifest.artefacts.runtimeModel !== null;
  if (hasRuntimeModel !== (manifest.execution === "onnxruntime")) {
    problems.push(`execution is ${manifest.execution}, but runtimeModel says otherwise`);
  }
  return problems;
}

function tensorBytes({ shape, elementType }: ManifestTensor): number {
  const width = Number(elementType.replace(/^u?int/, "")) / 8;
  return shape.reduce((product, size) => product * size, width);
}
