import { MAX_POSEIDON_INPUTS, poseidonEx } from "./poseidon.ts";

/** "assay.words.v1" as an integer: sets this hash apart from every other use of Poseidon. */
export const COMMITMENT_TAG = 0x61737361792e776f7264732e7631n;

/** The state a commitment to `wordCount` words starts from; the count makes padding unambiguous. */
export function commitmentState(wordCount: number): bigint {
  return COMMITMENT_TAG * 2n ** 32n + BigInt(wordCount);
}

/** Sizes of the blocks that `wordCount` words are hashed in: sixteens, then what is left. */
export function commitmentBlocks(wordCount: number): number[] {
  return Array.from({ length: Math.ceil(wordCount / MAX_POSEIDON_INPUTS) }, (_, i) =>
    Math.min(MAX_POSEIDON_INPUTS, wordCount - i * MAX_POSEIDON_INPUTS),
  );
}

/** h: Poseidon over all words of a claim, block by block with the state chained. */
export function commit(words: readonly bigint[]): bigint {
  let state = commitmentState(words.length);
  let offset = 0;
  for (const size of commitmentBlocks(words.length)) {
    state = poseidonEx(words.slice(offset, offset + size), state);
    offset += size;
  }
  return state;
}
