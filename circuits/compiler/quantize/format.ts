/** Smallest and largest value of a tensor, in reals. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A fixed-point format: integers of 2^−fractionBits, saturated to low…high (integers, inclusive). */
export interface Format {
  readonly fractionBits: number;
  readonly low: number;
  readonly high: number;
}

/** Fraction bits outside this are refused: scales beyond it are a sign of a broken model. */
const FRACTION_LIMIT = 40;

/** Widens a calibrated range by (margin − 1) of its magnitude on both sides. */
export function widen(range: Range, margin: number): Range {
  const slack = (margin - 1) * Math.max(Math.abs(range.low), Math.abs(range.high));
  return { low: range.low - slack, high: range.high + slack };
}

/**
 * The format in which the largest magnitude of the range takes `bits` bits beside the sign. Its
 * bounds are those of the width, unsigned or signed: to saturate there costs three rows, wherever
 * else several times that.
 * @param range in reals; all zero counts as −1…1
 */
export function formatOf(range: Range, bits: number): Format {
  const magnitude = Math.max(Math.abs(range.low), Math.abs(range.high));
  const usable = magnitude > 0 ? magnitude : 1;
  const high = 2 ** bits - 1;
  const fitting = bits - Math.ceil(Math.log2(usable));
  const fractionBits = Math.max(
    -FRACTION_LIMIT,
    Math.min(FRACTION_LIMIT, usable * 2 ** fitting > high ? fitting - 1 : fitting),
  );
  const isUnsigned = magnitude > 0 && range.low >= 0;
  return { fractionBits, low: isUnsigned ? 0 : -high - 1, high };
}

/** Whole numbers, unsaturated. */
export const INTEGER_FORMAT: Format = { fractionBits: 0, low: -Infinity, high: Infinity };
