import type { AffineOperation } from "../operation.ts";
import {
  elementAt,
  requireBelowLimit,
  requireIntegers,
  requirePerElement,
  sourceAt,
  withoutNegativeZero,
} from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** Elementwise multiplier · x + offset with constants. */
export const affine: Primitive<AffineOperation> = {
  infer(operation, sources) {
    const source = sourceAt(sources, 0);
    const { multipliers, offsets } = operation;
    requirePerElement(operation, "multipliers", multipliers, source.low.length);
    requirePerElement(operation, "offsets", offsets, source.low.length);
    requireIntegers(operation, "multipliers", multipliers);
    requireIntegers(operation, "offsets", offsets);

    const low = new Float64Array(source.low.length);
    const high = new Float64Array(source.low.length);
    for (let i = 0; i < low.length; i++) {
      const multiplier = elementAt(multipliers, i);
      const offset = elementAt(offsets, i);
      const ends = [
        multiplier * elementAt(source.low, i),
        multiplier * elementAt(source.high, i),
      ] as const;
      requireBelowLimit(
        operation,
        Math.max(Math.abs(ends[0]), Math.abs(ends[1])) + Math.abs(offset),
        i,
      );
      low[i] = withoutNegativeZero(Math.min(...ends) + offset);
      high[i] = withoutNegativeZero(Math.max(...ends) + offset);
    }
    return { shape: source.shape, low, high };
  },

  interpret({ multipliers, offsets }, sources) {
    return sourceAt(sources, 0).map((value, i) =>
      withoutNegativeZero(elementAt(multipliers, i) * value + elementAt(offsets, i)),
    );
  },
};
