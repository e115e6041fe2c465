import { z } from "zod";

import type { Hex } from "./abiEncoding.ts";
import { canonicalJson } from "./canonicalJson.ts";
import type { CeremonyPlace } from "./ceremony.ts";

const MAX_TRANSCRIPT_BYTES = 1024 * 1024;

const hexOf = (bytes: number) =>
  z.custom<Hex>(
    (value) => typeof value === "string" && new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`).test(value),
    `is not 0x and ${2 * bytes} lower-case digits`,
  );
const hash = hexOf(32);
/** What snarkjs names things by: BLAKE2b-512. */
const longHash = hexOf(64);
const address = hexOf(20);
/** An account's has 65 bytes; what a contract takes for one (ERC-1271) only it knows. */
const signature = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x([0-9a-f]{2}){0,4096}$/.test(value),
  "is not 0x and up to 4,096 bytes in lower-case digits",
);
/** snarkjs cuts longer names. */
const name = z
  .string()
  .max(64)
  .regex(/^\P{C}+$/u, "has no or unprintable characters");

const contribution = z.strictObject({
  name,
  contributor: address,
  /** The 64 bytes that snarkjs prints as "Contribution Hash". */
  hash: longHash,
  /**
   * Signed at once, for the key as it was handed on: whose contribution this is. That key is the one
   * beside the transcript with this delta (x, y; imaginary parts first, as on chain).
   */
  handover: z.strictObject({ delta: hexOf(128), keyId: hash, signature }),
  /** Signed for the final key: what the grade on chain counts. Null until then. */
  signature: signature.nullable(),
});

const schema = z.strictObject({
  format: z.literal("assay.ceremony.v1"),
  kind: z.literal("contributions"),
  /** Of what the key is: a model's name. */
  name,
  /** sha-256 of the r1cs file. */
  circuitDigest: hash,
  /** What all contributions start from; snarkjs prints it as "Circuit Hash". */
  circuitHash: longHash,
  powersOfTau: z.strictObject({
    /** BLAKE2b-512 of the prepared file, as lists of public ones give it. */
    digest: longHash,
    power: z.int().min(1).max(28),
    /** keccak256(alpha, beta, gamma): what a production `KeyStore` pins. */
    setup: hash,
  }),
  /** Where the signatures count. */
  place: z.strictObject({
    chainId: z.string().regex(/^[1-9][0-9]{0,77}$/, "is no chain id"),
    book: address,
  }),
  contributions: z.array(contribution).max(255).readonly(),
  /** Ends the contributions; a public hash that nobody knew when they were made. */
  beacon: z
    .strictObject({
      /** 32 to 255 bytes: shorter ones could be tried out. */
      hash: z.custom<Hex>(
        (value) => typeof value === "string" && /^0x([0-9a-f]{2}){32,255}$/.test(value),
        "is no hash of 32 to 255 bytes",
      ),
      iterationsExponent: z.int().min(10).max(30),
    })
    .nullable(),
  /** keccak256 of the final verifying key's bytes; null until the beacon. */
  keyId: hash.nullable(),
});

/** Who made a key, from what and for which circuit: an artefact of its release. */
export type CeremonyTranscript = Readonly<z.infer<typeof schema>>;
export type TranscriptContribution = CeremonyTranscript["contributions"][number];
export type Beacon = NonNullable<CeremonyTranscript["beacon"]>;

/** A transcript that is not one. `problems` names each field and what is wrong with it. */
export class TranscriptError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(`The ceremony's transcript is malformed: ${problems.join("; ")}.`, options);
    this.name = "TranscriptError";
    this.problems = problems;
  }
}

/** The transcript's file: canonical JSON, UTF-8. @throws TranscriptError */
export function encodeTranscript(transcript: CeremonyTranscript): Uint8Array {
  return new TextEncoder().encode(canonicalJson(check(transcript)));
}

/**
 * Reads a transcript of contributions in its canonical spelling; whether it is true only the key
 * beside it shows.
 * @throws TranscriptError
 */
export function decodeTranscript(file: Uint8Array): CeremonyTranscript {
  if (file.length > MAX_TRANSCRIPT_BYTES) {
    throw new TranscriptError([`${file.length} bytes are more than ${MAX_TRANSCRIPT_BYTES}`]);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch (cause) {
    throw new TranscriptError(["it is no JSON in UTF-8"], { cause });
  }
  const transcript = check(json);
  const canonical = new TextEncoder().encode(canonicalJson(transcript));
  if (canonical.length !== file.length || canonical.some((byte, i) => byte !== file[i])) {
    throw new TranscriptError(["it is not in canonical form (RFC 8785)"]);
  }
  return transcript;
}

/** Whether a file in the place of a transcript says that there was no ceremony. */
export function isDevelopmentTranscript(file: Uint8Array): boolean {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(file));
    return (
      typeof json === "object" && json !== null && "kind" in json && json.kind === "development"
    );
  } catch {
    return false;
  }
}

export function placeOf({ place }: CeremonyTranscript): CeremonyPlace {
  return { chainId: BigInt(place.chainId), book: place.book };
}

function check(json: unknown): CeremonyTranscript {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new TranscriptError(
      parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`),
    );
  }
  const { keyId, beacon, contributions } = parsed.data;
  if ((keyId === null) !== (beacon === null)) {
    throw new TranscriptError(["keyId belongs to a beacon"]);
  }
  if (keyId === null && contributions.some((each) => each.signature !== null)) {
    throw new TranscriptError(["nobody can have signed for a key that is not final"]);
  }
  return parsed.data;
}
