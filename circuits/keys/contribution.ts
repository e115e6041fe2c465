import { createHash } from "node:crypto";
import type { Curve, Group, Random } from "snarkjs";
import { BEACON_ITERATIONS_EXPONENT, DEVELOPMENT_NAME, chaCha } from "./developmentSecret.ts";

/** Knowledge of one secret: (s, x·s) in G1 and x·h in G2, where h is hashed from what came before. */
export interface KnowledgeProof {
  readonly base: Uint8Array;
  readonly multiple: Uint8Array;
  readonly multipleG2: Uint8Array;
}

/** Draws s and shows knowledge of `secret`; `transcript` hashes s and x·s with all before them. */
export function proveKnowledge(input: {
  readonly curve: Curve;
  readonly base: Uint8Array;
  readonly secret: bigint;
  readonly transcript: (base: Uint8Array, multiple: Uint8Array) => Uint8Array;
}): KnowledgeProof {
  const { G1, G2 } = input.curve;
  const multiple = G1.toAffine(G1.timesScalar(input.base, input.secret));
  const seed = input.transcript(uncompressed(G1, input.base), uncompressed(G1, multiple));
  const multipleG2 = G2.toAffine(G2.timesScalar(G2.fromRng(chaCha(seed)), input.secret));
  return { base: input.base, multiple, multipleG2 };
}

export function drawScalar(curve: Curve, random: Random): bigint {
  return curve.Fr.toObject(curve.Fr.fromRng(random));
}

export function drawPoint(curve: Curve, random: Random): Uint8Array {
  return curve.G1.toAffine(curve.G1.fromRng(random));
}

/** Name, iterations and hash of a beacon as both file formats hold them, length first. */
export function beaconParameters(beacon: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(DEVELOPMENT_NAME);
  const parameters = Buffer.concat([
    Uint8Array.of(1, name.length),
    name,
    Uint8Array.of(2, BEACON_ITERATIONS_EXPONENT, 3, beacon.length),
    beacon,
  ]);
  return Buffer.concat([word(parameters.length), parameters]);
}

export function blake2b512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("blake2b512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Big-endian affine coordinates, as transcripts hash them. */
export function uncompressed(group: Group, point: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(group.F.n8 * 2);
  group.toRprUncompressed(bytes, 0, point);
  return bytes;
}

/** 32 bytes, little-endian. */
export function littleEndian(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").toReversed();
}

/** 4 bytes, little-endian. */
export function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
