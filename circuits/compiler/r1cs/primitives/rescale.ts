import type { RescaleOperation } from "../../integer/operation.ts";
import { elementAt } from "../../integer/primitives/elements.ts";
import { roundingOffset } from "../../integer/primitives/rescale.ts";
import type { CircuitElement } from "../circuitElement.ts";
import { combinationOf, signedBitsOf } from "../circuitElement.ts";
import type { Combination } from "../combination.ts";
import { ONE } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";
import type { SignedBits } from "../gadgets/bits.ts";
import {
  decomposeSigned,
  decomposeUnsigned,
  recompose,
  signedWidth,
  unsignedWidth,
} from "../gadgets/bits.ts";
import { saturateSigned, saturateUnsigned } from "../gadgets/saturate.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/** One element to be rounded and clamped. */
interface RescaleTask {
  readonly source: CircuitElement;
  /** Source + rounding offset, and its interval. */
  readonly shifted: Combination;
  readonly from: number;
  readonly to: number;
  readonly shift: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Bits of the sum once, in C; rounding and shifting are free. b bits cost b + 1 rows, a lower bound
 * one more; an upper bound, alone or with a lower one, three where it is 2^n − 1 and at most two
 * more per run of equal bits elsewhere.
 */
export const rescale: Instantiator<RescaleOperation> =
  ({ system, operation, sources, value }) =>
  (index) => {
    const source = sourceElement(sources, 0, index);
    const shift = elementAt(operation.shifts, index);
    const offset = roundingOffset(shift);
    const task: RescaleTask = {
      source,
      shifted: system.sum([[combinationOf(source), 1]], offset),
      from: source.low + offset,
      to: source.high + offset,
      shift,
      low: elementAt(operation.lows, index),
      high: elementAt(operation.highs, index),
    };
    return { ...rescaled(system, task), ...intervalOf(value, index) };
  };

function rescaled(
  system: ConstraintSystem,
  task: RescaleTask,
): Pick<CircuitElement, "combination" | "sign"> {
  const { shift, low, high } = task;
  const isClampedBelow = low > Math.floor(task.from / 2 ** shift);
  const isClampedAbove = high < Math.floor(task.to / 2 ** shift);
  if (!isClampedBelow && !isClampedAbove) return rounded(system, task);
  // exact: log2 of 2^49 ± 1 rounds to 49
  if (high >= 1 && low === -high - 1 && high === 2 ** unsignedWidth(high) - 1) {
    return clampedToSignedWidth(system, task);
  }
  return isClampedBelow ? clampedBelow(system, task, isClampedAbove) : clampedAbove(system, task);
}

/** No bound in reach: a recombination of the upper bits. */
function rounded(
  system: ConstraintSystem,
  task: RescaleTask,
): Pick<CircuitElement, "combination" | "sign" | "signedBits" | "unsignedBits"> {
  const { source, shift, shifted, from, to } = task;
  if (shift === 0) return source;
  if (from < 0 && to >= 0) {
    const { bits, sign } = decomposeSigned(system, shifted, signedWidth(from, to));
    const upper = { bits: bits.slice(shift), sign };
    return { combination: signedSum(system, upper), sign, signedBits: upper };
  }
  const base = Math.floor(from / 2 ** shift);
  const bits = bitsAbove(system, task, base).slice(shift);
  const combination = system.sum([[recompose(system, bits), 1]], base);
  return { combination, unsignedBits: { base, bits } };
}

/** Both bounds of a signed width: the bits above it must repeat the sign. */
function clampedToSignedWidth(
  system: ConstraintSystem,
  task: RescaleTask,
): Pick<CircuitElement, "combination" | "sign"> {
  const { shift, shifted, from, to, high } = task;
  const kept = unsignedWidth(high);
  const { bits, sign } =
    shift === 0
      ? signedBitsOf(system, task.source)
      : decomposeSigned(system, shifted, signedWidth(from, to));
  const combination = saturateSigned(system, { bits: bits.slice(shift), sign }, kept);
  return { combination, sign };
}

/** max(x, low), and min with high where it is in reach: x − low in two's complement. */
function clampedBelow(
  system: ConstraintSystem,
  task: RescaleTask,
  isClampedAbove: boolean,
): Pick<CircuitElement, "combination" | "sign"> {
  const { shift, shifted, low, high, from, to } = task;
  const base = low * 2 ** shift;
  const { bits, sign } =
    shift === 0 && low === 0
      ? signedBitsOf(system, task.source)
      : decomposeSigned(
          system,
          system.sum([[shifted, 1]], -base),
          signedWidth(from - base, to - base),
        );
  const upper = bits.slice(shift);
  const positive = isClampedAbove
    ? saturateUnsigned(system, { bits: upper, sign }, high - low)
    : system.product(system.difference(ONE, sign), recompose(system, upper));
  return { combination: system.sum([[positive, 1]], low) };
}

/** min(x, high): x minus its smallest value, unsigned. */
function clampedAbove(
  system: ConstraintSystem,
  task: RescaleTask,
): Pick<CircuitElement, "combination" | "sign"> {
  const { shift, from, high } = task;
  const base = Math.floor(from / 2 ** shift);
  const bits = bitsAbove(system, task, base);
  return {
    combination: system.sum(
      [[saturateUnsigned(system, { bits: bits.slice(shift) }, high - base), 1]],
      base,
    ),
  };
}

/** Bits of shifted − base · 2^shift, which is never negative. */
function bitsAbove(
  system: ConstraintSystem,
  task: RescaleTask,
  base: number,
): readonly Combination[] {
  const { shift, shifted, to } = task;
  const offset = base * 2 ** shift;
  return decomposeUnsigned(system, system.sum([[shifted, 1]], -offset), unsignedWidth(to - offset));
}

/** A two's complement as a combination; without bits it is −1 or 0. */
function signedSum(system: ConstraintSystem, { bits, sign }: SignedBits): Combination {
  return system.sum([
    [recompose(system, bits), 1],
    [sign, -(2 ** bits.length)],
  ]);
}
