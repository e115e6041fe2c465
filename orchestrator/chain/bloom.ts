import { getBytes, keccak256 } from "ethers";

import type { Hex } from "../domain/ports.ts";

/**
 * Whether a block's bloom filter allows a log of this address with one of these topics. False is
 * certain; true may be a coincidence.
 */
export function bloomMayHold(
  bloom: Hex,
  search: { readonly address: Hex; readonly topics: readonly Hex[] },
): boolean {
  const bits = getBytes(bloom);
  if (!holds(bits, search.address)) return false;
  return search.topics.some((topic) => holds(bits, topic));
}

/** The three bits of an entry: eleven bits each of the first three pairs of its hash. */
export function holds(bloom: Uint8Array, entry: Hex): boolean {
  const hash = new DataView(getBytes(keccak256(entry)).buffer);
  return [0, 2, 4].every((offset) => {
    const bit = hash.getUint16(offset) & 2047;
    const byte = bloom[bloom.length - 1 - (bit >> 3)] ?? 0;
    return (byte & (1 << (bit & 7))) !== 0;
  });
}
