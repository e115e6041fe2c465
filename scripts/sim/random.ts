import { keccakText, type Hex } from "../../sdk/protocol/abiEncoding.ts";

/** Chance that repeats itself: the same seed gives the same numbers in the same order. */
export interface Random {
  /** From 0, below 1. */
  unit(): number;
  /** A whole number from 0, below `limit`. */
  below(limit: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** @throws RangeError for an empty list. */
  pick<Item>(items: readonly Item[]): Item;
  /** So many random bytes. */
  bytes(length: number): Hex;
}

const WORD = 2 ** 32;

/** Numbers that depend on the seed and on what they are for: drawing more for one use moves no other. */
export function randomFrom(seed: number, use: string): Random {
  const hash = keccakText(`${seed}/${use}`);
  const word = (index: number): number =>
    Number.parseInt(hash.slice(2 + 8 * index, 10 + 8 * index), 16);
  let [a, b, c, counter] = [word(0), word(1), word(2), word(3)];

  // sfc32: small, fast, and good enough for draws nobody bets on.
  const next = (): number => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((c << 21) | (c >>> 11)) >>> 0;
    c = (c + sum) >>> 0;
    return sum;
  };
  const unit = (): number => next() / WORD;
  const below = (limit: number): number => Math.floor(unit() * limit);
  return {
    unit,
    below,
    chance: (probability) => unit() < probability,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError("There is nothing to pick from");
      return item;
    },
    bytes: (length) => `0x${Array.from({ length }, () => byteText(below(256))).join("")}`,
  };
}

function byteText(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
