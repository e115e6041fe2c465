import { createCipheriv, createHash } from "node:crypto";
import type { Random } from "snarkjs";

/**
 * The one secret behind every development key, published here: whoever reads this line can forge
 * any proof under such a key.
 */
export const DEVELOPMENT_SENTENCE =
  "Assay development keys: this sentence is public, so these keys protect nothing.";

/** Name of the contribution in ptau and zkey files. */
export const DEVELOPMENT_NAME = "assay development, not secure";

/** 2^10 hashes: the least snarkjs accepts for a beacon. */
export const BEACON_ITERATIONS_EXPONENT = 10;

/** Beacon of phase one (tau, alpha, beta). A beacon is replayed by `powersoftau verify`. */
export const POWERS_BEACON = sha256(`${DEVELOPMENT_SENTENCE} powers of tau`);

/** Beacon of phase two (delta), of its own so that delta differs from tau. */
export const DELTA_BEACON = sha256(`${DEVELOPMENT_SENTENCE} delta`);

/** snarkjs's generator behind a beacon: ChaCha20 keyed with the hash iterated 2^exponent times. */
export function randomFromBeacon(
  beacon: Uint8Array,
  iterationsExponent: number = BEACON_ITERATIONS_EXPONENT,
): Random {
  let hash = beacon;
  for (let index = 0; index < 2 ** iterationsExponent; index += 1) hash = sha256(hash);
  return chaCha(hash);
}

/** ChaCha20 words, keyed with the first 32 bytes of `seed` read as big-endian words. */
export function chaCha(seed: Uint8Array): Random {
  const key = Buffer.from(seed.subarray(0, 32)).swap32();
  const cipher = createCipheriv("chacha20", key, Buffer.alloc(16));
  const nextU32 = (): number => cipher.update(Buffer.alloc(4)).readUInt32LE();
  return {
    nextU32,
    nextU64: () => (BigInt(nextU32()) << 32n) + BigInt(nextU32()),
    nextBool: () => (nextU32() & 1) === 1,
  };
}

function sha256(data: string | Uint8Array): Uint8Array {
  return createHash("sha256").update(data).digest();
}
