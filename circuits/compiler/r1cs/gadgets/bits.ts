import type { Combination } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";

/** An integer as wires: value = Σ 2^i bits[i] − 2^bits.length · sign. */
export interface SignedBits {
  readonly bits: readonly Combination[];
  /** 1 where the integer is negative. */
  readonly sign: Combination;
}

/** Bits of the integers 0 … high. */
export function unsignedWidth(high: number): number {
  return high === 0 ? 0 : Math.floor(Math.log2(high)) + 1 + correction(high);
}

/** Bits below the sign that low … high need in two's complement. */
export function signedWidth(low: number, high: number): number {
  return Math.max(unsignedWidth(Math.max(0, high)), unsignedWidth(Math.max(0, -low - 1)));
}

/** Bit i of a non-negative integer below 2^53. */
export function bitOf(value: number, i: number): number {
  return Math.floor(value / 2 ** i) % 2;
}

/** Σ 2^i bits[i] as a combination. */
export function recompose(system: ConstraintSystem, bits: readonly Combination[]): Combination {
  const sum = system.accumulator;
  bits.forEach((bit, i) => sum.add(bit, 2 ** i));
  return sum.take();
}

/**
 * Splits a value proven to lie in 0 … 2^width − 1: width bits and one row that only C sees. The
 * value is below 2^53, so the field cannot wrap and the bits are the only ones.
 */
export function decomposeUnsigned(
  system: ConstraintSystem,
  value: Combination,
  width: number,
): readonly Combination[] {
  const integer = system.valueIfComputed(value);
  const bits = Array.from({ length: width }, (_, i) => system.bit(() => bitOf(integer, i)));
  const sum = system.accumulator.add(value);
  bits.forEach((bit, i) => sum.add(bit, -(2 ** i)));
  system.enforceZero(sum.take());
  return bits;
}

/** Splits a value proven to lie in −2^width … 2^width − 1: width + 1 bits and one row that only C sees. */
export function decomposeSigned(
  system: ConstraintSystem,
  value: Combination,
  width: number,
): SignedBits {
  const integer = system.valueIfComputed(value);
  const magnitude = integer < 0 ? integer + 2 ** width : integer;
  const bits = Array.from({ length: width }, (_, i) => system.bit(() => bitOf(magnitude, i)));
  const sign = system.bit(() => (integer < 0 ? 1 : 0));
  const sum = system.accumulator.add(value).add(sign, 2 ** width);
  bits.forEach((bit, i) => sum.add(bit, -(2 ** i)));
  system.enforceZero(sum.take());
  return { bits, sign };
}

/**
 * A new wire with its bits, where the lowest bit is what the others leave over: one row per bit and
 * none to put them together. For wires that no other row determines, such as inputs.
 */
export function rangedWire(
  system: ConstraintSystem,
  parameters: {
    readonly width: number;
    readonly isSigned: boolean;
    readonly compute: () => number;
  },
): {
  readonly value: Combination;
  readonly bits: readonly Combination[];
  readonly sign: Combination | undefined;
} {
  const { width, isSigned, compute } = parameters;
  const value = system.wire(compute);
  const integer = system.valueIfComputed(value);
  const magnitude = integer < 0 ? integer + 2 ** width : integer;
  const upper = Array.from({ length: width - 1 }, (_, i) =>
    system.bit(() => bitOf(magnitude, i + 1)),
  );
  const sign = isSigned ? system.bit(() => (integer < 0 ? 1 : 0)) : undefined;
  const sum = system.accumulator.add(value);
  upper.forEach((bit, i) => sum.add(bit, -(2 ** (i + 1))));
  if (sign !== undefined) sum.add(sign, 2 ** width);
  const lowest = sum.take();
  system.enforceBit(lowest);
  return { value, bits: [lowest, ...upper], sign };
}

// Math.log2 may round at powers of two; this puts the width right.
function correction(high: number): number {
  const width = Math.floor(Math.log2(high)) + 1;
  if (high >= 2 ** width) return 1;
  return high < 2 ** (width - 1) ? -1 : 0;
}
