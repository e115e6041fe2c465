/** Bytes of a word: the most that always stays below the field's order. */
export const WORD_BYTES = 31;

/** Number of words of a payload; an empty one has none. */
export function wordCount(byteLength: number): number {
  return Math.ceil(byteLength / WORD_BYTES);
}

/** Cuts a payload into big-endian words of 31 bytes, the last one zero-filled on the right. */
export function toWords(bytes: Uint8Array): bigint[] {
  return Array.from({ length: wordCount(bytes.length) }, (_, i) => {
    const chunk = bytes.subarray(i * WORD_BYTES, (i + 1) * WORD_BYTES);
    let word = 0n;
    for (const byte of chunk) word = (word << 8n) | BigInt(byte);
    return word << BigInt(8 * (WORD_BYTES - chunk.length));
  });
}

/** All words of a claim: those of the input, then those of the output. */
export function claimWords(input: Uint8Array, output: Uint8Array): bigint[] {
  return [...toWords(input), ...toWords(output)];
}
