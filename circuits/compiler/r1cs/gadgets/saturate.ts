import type { Combination } from "../combination.ts";
import { ONE, ZERO } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";
import type { SignedBits } from "./bits.ts";
import { recompose, unsignedWidth } from "./bits.ts";
import { exceeds, exceedsRows } from "./exceeds.ts";
import { isZero } from "./isZero.ts";
import { select } from "./select.ts";

/**
 * An integer clamped to 0 … limit, limit ≥ 1. As the topmost bit of an unsigned number a sign
 * exceeds every limit, so that one flag covers both bounds.
 */
export function saturateUnsigned(
  system: ConstraintSystem,
  { bits, sign = ZERO }: Pick<SignedBits, "bits"> & Partial<SignedBits>,
  limit: number,
): Combination {
  const all = sign === ZERO ? bits : [...bits, sign];
  // at the limit itself both choices agree, so the flag may be "above" or "not below"
  const isCheaperBelow = exceedsRows(all.length, limit - 1) < exceedsRows(all.length, limit);
  const isOutside = exceeds(system, all, isCheaperBelow ? limit - 1 : limit);
  // bits past the limit's own width are zero wherever their sum is chosen
  const reachable = bits.slice(0, unsignedWidth(limit));
  return select(system, isOutside, {
    whenOne: system.sum([[sign, -limit]], limit),
    whenZero: recompose(system, reachable),
  });
}

/** A two's complement clamped to −2^kept … 2^kept − 1: the bits above must repeat the sign. */
export function saturateSigned(
  system: ConstraintSystem,
  { bits, sign }: SignedBits,
  kept: number,
): Combination {
  const inside = recompose(system, bits.slice(0, kept));
  return select(system, allEqual(system, bits.slice(kept), sign), {
    whenOne: system.sum([
      [inside, 1],
      [sign, -(2 ** kept)],
    ]),
    whenZero: system.sum([[sign, 1 - 2 ** (kept + 1)]], 2 ** kept - 1),
  });
}

/** 1 where every bit equals the sign. */
function allEqual(
  system: ConstraintSystem,
  bits: readonly Combination[],
  sign: Combination,
): Combination {
  const [first, second] = bits;
  if (first === undefined) return ONE;
  if (second === undefined) {
    const both = system.product(first, sign);
    return system.sum(
      [
        [first, -1],
        [sign, -1],
        [both, 2],
      ],
      1,
    );
  }
  const ones = bits.map((bit) => [bit, 1] as const);
  return isZero(system, system.sum([...ones, [sign, -bits.length]]));
}
