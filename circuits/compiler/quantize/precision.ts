import type { Value } from "../integer/integerModel.ts";

/** Largest magnitude a value's interval allows. */
export function magnitudeOf(value: Value): number {
  let magnitude = 0;
  for (let i = 0; i < value.low.length; i++) {
    magnitude = Math.max(magnitude, Math.abs(value.low[i] ?? 0), Math.abs(value.high[i] ?? 0));
  }
  return magnitude;
}

/**
 * How many more fraction bits than the result the weights need, so that their rounding weighs less
 * than the rounding of the result: log2 of the root of summed squares of a row's integers, taken as
 * an eighth of their bounds, since samples rarely sit at the edge of a format.
 */
export function guardBits(source: Value): number {
  const depth = source.shape.at(-1) ?? 1;
  let largest = 1;
  for (let start = 0; start < source.low.length; start += depth) {
    let squares = 0;
    for (let k = start; k < start + depth; k++) {
      const magnitude = Math.max(Math.abs(source.low[k] ?? 0), Math.abs(source.high[k] ?? 0));
      squares += magnitude * magnitude;
    }
    largest = Math.max(largest, squares);
  }
  return Math.max(0, Math.ceil(Math.log2(Math.sqrt(largest) / 8)));
}

/** Fewest fraction bits, 0…most, at which all values are whole; `most` if there are none. */
export function exactBits(lists: readonly ArrayLike<number>[], most: number): number {
  let bits = 0;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i] ?? 0;
      while (bits <= most && !Number.isInteger(value * 2 ** bits)) bits++;
      if (bits > most) return most;
    }
  }
  return Math.min(bits, most);
}

/** Nearest integers of value · 2^fractionBits; halves go up. */
export function roundTo(values: Float64Array, fractionBits: number): Float64Array {
  const scale = 2 ** fractionBits;
  return values.map((value) => Math.floor(value * scale + 0.5) + 0);
}
