import type { Combination } from "../combination.ts";
import { ONE, termCount, ZERO } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";
import { bitOf } from "./bits.ts";
import { isZero } from "./isZero.ts";

/**
 * 1 where Σ 2^i bits[i] > limit, else 0, for a constant limit ≥ 0: walks the limit's bits upwards
 * and joins runs of equal ones, so it costs at most two rows per run.
 */
export function exceeds(
  system: ConstraintSystem,
  bits: readonly Combination[],
  limit: number,
): Combination {
  if (limit >= 2 ** bits.length - 1) return ZERO;
  let greater: Combination = ZERO;
  for (let i = 0; i < bits.length;) {
    const limitBit = bitOf(limit, i);
    let end = i + 1;
    while (end < bits.length && bitOf(limit, end) === limitBit) end++;
    const run = bits.slice(i, end);
    const isDecided = termCount(greater) > 0;
    if (limitBit === 0) greater = anyOf(system, isDecided ? [greater, ...run] : run);
    else if (isDecided) greater = allOf(system, [greater, ...run]);
    i = end;
  }
  return greater;
}

/** Rows that `exceeds` takes for a limit below 2^width − 1. */
export function exceedsRows(width: number, limit: number): number {
  let rows = 0;
  let isDecided = false;
  for (let i = 0; i < width;) {
    const limitBit = bitOf(limit, i);
    const start = i;
    while (i < width && bitOf(limit, i) === limitBit) i++;
    if (limitBit === 1 && !isDecided) continue;
    rows += Math.min(2, i - start - (isDecided ? 0 : 1));
    isDecided = true;
  }
  return rows;
}

/** 1 where at least one of these bits is 1. */
function anyOf(system: ConstraintSystem, bits: readonly Combination[]): Combination {
  const [first = ZERO, second] = bits;
  if (second === undefined) return first;
  const sum = system.sum(bits.map((bit) => [bit, 1] as const));
  if (bits.length === 2) return system.difference(sum, system.product(first, second));
  return system.difference(ONE, isZero(system, sum));
}

/** 1 where all of these bits are 1. */
function allOf(system: ConstraintSystem, bits: readonly Combination[]): Combination {
  const [first = ONE, second] = bits;
  if (second === undefined) return first;
  if (bits.length === 2) return system.product(first, second);
  return isZero(
    system,
    system.sum(
      bits.map((bit) => [bit, -1] as const),
      bits.length,
    ),
  );
}
