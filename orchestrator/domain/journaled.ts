/** What the journal keeps of a request beside its progress. */
import type { Groth16Proof, Hex } from "./ports.ts";

export interface JournaledOutput {
  readonly output: Uint8Array;
  /** Time of the inference. */
  readonly seconds: number;
}

export interface JournaledProof {
  readonly proof: Groth16Proof;
  readonly commitment: bigint;
  /** Time of the proof alone, without loading keys. */
  readonly seconds: number;
}

/** The optimistic answer that stands, in full. */
export interface JournaledAnswer {
  /** As in `OptimisticAnswer`, or as a challenge changed it. */
  readonly record: string;
  readonly output: Uint8Array;
}

/** Proof that an answer is wrong: of the output that is right, with our account as its payee. */
export interface JournaledRefutation {
  readonly proof: JournaledProof;
  /** Hash that is committed to before the proof is shown. */
  readonly commitment: Hex;
}
