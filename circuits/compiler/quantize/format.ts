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
 * The format in which the largest magnitude of the range takes `bits` bits beside the sign.
 * @param range in reals; all zero counts as −1…1
 */
export function formatOf(range: Range, bits: number): Format {
  const magnitude = Math.max(Math.abs(range.low), Math.abs(range.high));
  const usable = magnitude > 0 ? magnitude : 1;
  const fractionBits = Math.max(
    -FRACTION_LIMIT,
    Math.min(FRACTION_LIMIT, bits - Math.ceil(Math.log2(usable))),
  );
  const scale = 2 ** fractionBits;
  return {
    fractionBits,
    low: Math.floor((magnitude > 0 ? range.low : -1) * scale) + 0,
    high: Math.ceil((magnitude > 0 ? range.high : 1) * scale) + 0,
  };
}

/** Whole numbers, unsaturated. */
export const INTEGER_FORMAT: Format = { fractionBits: 0, low: -Infinity, high: Infinity };
