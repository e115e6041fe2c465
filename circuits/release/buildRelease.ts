import { bytesToHex } from "@noble/hashes/utils.js";
import { type JsonValue, canonicalJson } from "../../sdk/protocol/canonicalJson.ts";
import { digestOfCid } from "../../sdk/protocol/cid.ts";
import { encodeKnownAnswers } from "../../sdk/protocol/knownAnswers.ts";
import {
  type Artefact,
  MAX_PAYLOAD_BYTES,
  type Manifest,
  encodeManifest,
} from "../../sdk/protocol/manifest.ts";
import {
  type VerifyingKey,
  toSnarkjsVerifyingKey,
  verifyingKeyId,
} from "../../sdk/protocol/verifyingKey.ts";
import { quantizeValues } from "../compiler/compareWithFloat.ts";
import type { Compilation } from "../compiler/compile.ts";
import { exportModel } from "../compiler/export/exportModel.ts";
import type { IntegerModel } from "../compiler/integer/integerModel.ts";
import { serializeModel } from "../compiler/integer/modelFile.ts";
import { encodePayload, payloadLength } from "../compiler/integer/payload.ts";
import { unitsOf } from "../compiler/integer/units.ts";
import { type Bill, billOf } from "../compiler/r1cs/bill.ts";
import { buildCircuit } from "../compiler/r1cs/buildCircuit.ts";
import { encodeR1cs } from "../compiler/r1cs/writeR1cs.ts";
import { compileFolder } from "./folderCircuit.ts";
import { type HeldoutReport, reportHeldout } from "./heldoutReport.ts";
import { makeKnownAnswers } from "./knownAnswers.ts";
import { type ModelFolder, readModelFolder } from "./modelFolder.ts";
import { ReleaseError } from "./releaseError.ts";
import { developmentKeys, type MakeKeys, type ReleaseKeys } from "./releaseKeys.ts";

/** Part of every manifest: another version may make another circuit of the same model. */
const COMPILER_VERSION = "0.1.0";

/** Samples whose right answers go into the release beside those at the edges. */
const KNOWN_SAMPLES = 8;

/** Keeps bytes under their CID; `orchestrator/storage` has drivers. */
export interface ArtefactSink {
  put(bytes: Uint8Array): Promise<string>;
}

export interface BuiltRelease {
  readonly manifest: Manifest;
  readonly manifestCid: string;
  /** sha-256 of the manifest: what stands on chain. */
  readonly digest: `0x${string}`;
  readonly verifyingKey: VerifyingKey;
  readonly bill: Bill;
  readonly heldout: HeldoutReport | null;
  /** Milliseconds from ONNX to the integer model and its r1cs. */
  readonly compileMs: number;
  /** Milliseconds to make the keys or read them from the cache. */
  readonly keysMs: number;
}

/**
 * Makes a release of a model folder and puts everything it names into the store. The same folder
 * and keys give the same manifest on every machine.
 * @param input.cacheDirectory where development keys are kept between builds
 * @param input.makeKeys gives the circuit's keys; by default those of the published secret
 * @throws ReleaseError, CompilerError, KeyError, and what `makeKeys` throws
 */
export async function buildRelease(input: {
  readonly modelDirectory: string;
  readonly store: ArtefactSink;
  readonly cacheDirectory: string;
  readonly makeKeys?: MakeKeys;
}): Promise<BuiltRelease> {
  const { makeKeys = developmentKeys(input.cacheDirectory) } = input;
  const folder = await readModelFolder(input.modelDirectory);
  const start = performance.now();
  const compilation = compileFolder(folder);
  requirePayloads(compilation.model);
  const circuit = buildCircuit(compilation.model);
  const r1cs = encodeR1cs(circuit);
  const compiled = performance.now();
  const { name } = folder.description;
  const keys = await makeKeys({ r1cs, name });
  const keyed = performance.now();
  const heldout = reportHeldout({ folder, ...compilation });
  const artefacts = await storeArtefacts({
    folder,
    compilation,
    keys,
    heldout,
    store: input.store,
  });
  const manifest = describe({ folder, compilation, keys, size: circuit.size, artefacts });
  const manifestCid = await input.store.put(encodeManifest(manifest));
  return {
    manifest,
    manifestCid,
    digest: digestOfCid(manifestCid),
    verifyingKey: keys.verifyingKey,
    bill: billOf(circuit),
    heldout,
    compileMs: compiled - start,
    keysMs: keyed - compiled,
  };
}

/** Before any key is made: the contracts would refuse the release. */
function requirePayloads(model: IntegerModel): void {
  for (const [side, tensors] of [
    ["inputs", model.inputs],
    ["outputs", model.outputs],
  ] as const) {
    const bytes = payloadLength(tensors);
    if (bytes <= MAX_PAYLOAD_BYTES) continue;
    throw new ReleaseError(
      "PayloadTooLong",
      `The model's ${side} have ${bytes} bytes; contracts take ${MAX_PAYLOAD_BYTES}. ` +
        "Give its tensors narrower elements or fewer of them.",
      { data: { side, bytes, limit: MAX_PAYLOAD_BYTES } },
    );
  }
}

async function storeArtefacts(input: {
  readonly folder: ModelFolder;
  readonly compilation: Compilation;
  readonly keys: ReleaseKeys;
  readonly heldout: HeldoutReport | null;
  readonly store: ArtefactSink;
}): Promise<Manifest["artefacts"]> {
  const { folder, compilation, keys, heldout, store } = input;
  const { model, schema } = compilation;
  const payloads = folder.samples.slice(0, KNOWN_SAMPLES).map((sample) =>
    encodePayload(
      model.inputs,
      schema.inputs.map((tensor, index) => quantizeValues(sample[index] ?? [], tensor)),
    ),
  );
  const put = async (bytes: Uint8Array): Promise<Artefact> => ({
    cid: await store.put(bytes),
    bytes: bytes.length,
  });
  const report = { samples: { ...compilation.report }, heldout: heldout && { ...heldout } };
  return {
    floatModel: await put(folder.onnx),
    integerModel: await put(serializeModel(model)),
    runtimeModel: await put(exportModel(model)),
    knownAnswers: await put(encodeKnownAnswers(makeKnownAnswers(model, payloads))),
    provingKey: await put(keys.zkey),
    verifyingKey: await put(jsonFile({ ...toSnarkjsVerifyingKey(keys.verifyingKey) })),
    ceremony: await put(keys.transcript),
    samples: await put(folder.samplesFile),
    report: await put(jsonFile(rounded(report))),
  };
}

function describe(input: {
  readonly folder: ModelFolder;
  readonly compilation: Compilation;
  readonly keys: ReleaseKeys;
  readonly size: { readonly rows: number; readonly wires: number };
  readonly artefacts: Manifest["artefacts"];
}): Manifest {
  const { folder, compilation, keys, size, artefacts } = input;
  const { name, version, description, licence } = folder.description;
  const { model, schema } = compilation;
  return {
    format: "assay.release.v1",
    name,
    version,
    description,
    licence,
    compilerVersion: COMPILER_VERSION,
    inputs: schema.inputs,
    outputs: schema.outputs,
    inputLength: payloadLength(model.inputs),
    outputLength: payloadLength(model.outputs),
    units: unitsOf(model, keys.domainSize),
    circuit: {
      digest: keys.circuitDigest,
      rows: size.rows,
      wires: size.wires,
      domainSize: keys.domainSize,
    },
    keyId: `0x${bytesToHex(verifyingKeyId(keys.verifyingKey))}`,
    execution: "onnxruntime",
    artefacts,
    measurements: [],
    judge: null,
  };
}

function jsonFile(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}

/** Six digits: the last ones of a float model's outputs may differ between JavaScript engines. */
function rounded(value: JsonValue): JsonValue {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === "number" ? Number(each.toPrecision(6)) : each,
    ),
  ) as JsonValue;
}
