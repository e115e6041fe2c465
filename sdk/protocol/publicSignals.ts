import { keccak_256 } from "@noble/hashes/sha3.js";

import { commit } from "./commitment.ts";
import { FIELD_ORDER, toField } from "./field.ts";
import { claimWords } from "./words.ts";

/** keccak256("assay.challenge.v1"), the first word of what a challenge hashes. */
export const CHALLENGE_TAG = toInteger(keccak_256(new TextEncoder().encode("assay.challenge.v1")));

/** What a proof is bound to besides its input and output. */
export interface ProofBinding {
  /** bytes32 as an integer. */
  readonly requestId: bigint;
  /** Operator id that is paid. */
  readonly payee: bigint;
}

/** In circom's order: outputs h and y, then the public input c. */
export type PublicSignals = readonly [commitment: bigint, evaluation: bigint, challenge: bigint];

/** c = keccak256(abi.encode(tag, requestId, payee, h, keccak256(output))) mod r. */
export function challenge(
  parameters: ProofBinding & { readonly commitment: bigint; readonly output: Uint8Array },
): bigint {
  const { requestId, payee, commitment, output } = parameters;
  const outputDigest = toInteger(keccak_256(output));
  const encoded = new Uint8Array(5 * 32);
  [CHALLENGE_TAG, requestId, payee, commitment, outputDigest].forEach((value, i) =>
    encoded.set(toBytes32(value), i * 32),
  );
  return toField(toInteger(keccak_256(encoded)));
}

/** y = Σ words[i] · c^i mod r. */
export function evaluate(words: readonly bigint[], challenge: bigint): bigint {
  return words.reduceRight((sum, word) => (sum * challenge + word) % FIELD_ORDER, 0n);
}

/** The three signals that a proof for this claim, request and payee must have. */
export function publicSignals(
  parameters: ProofBinding & { readonly input: Uint8Array; readonly output: Uint8Array },
): PublicSignals {
  const { input, output } = parameters;
  const words = claimWords(input, output);
  const commitment = commit(words);
  const c = challenge({ ...parameters, commitment });
  return [commitment, evaluate(words, c), c];
}

function toBytes32(value: bigint): Uint8Array {
  if (value < 0n || value >= 2n ** 256n) throw new RangeError(`${value} does not fit bytes32`);
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 0xffn));
}

function toInteger(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
