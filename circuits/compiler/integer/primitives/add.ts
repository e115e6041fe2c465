import type { AddOperation } from "../operation.ts";
import { requireBelowLimit, sameShape, shapeMismatch, sourceAt } from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** Elementwise sum of two tensors of the same shape. */
export const add: Primitive<AddOperation> = {
  infer(operation, sources) {
    const a = sourceAt(sources, 0);
    const b = sourceAt(sources, 1);
    if (!sameShape(a.shape, b.shape)) {
      throw shapeMismatch(
        operation,
        `shapes [${a.shape}] and [${b.shape}] differ; broadcast with gather first`,
      );
    }
    const low = sum(a.low, b.low);
    const high = sum(a.high, b.high);
    for (let i = 0; i < low.length; i++) {
      requireBelowLimit(
        operation,
        Math.max(Math.abs(low[i] as number), Math.abs(high[i] as number)),
        i,
      );
    }
    return { shape: a.shape, low, high };
  },

  interpret: (_operation, sources) => sum(sourceAt(sources, 0), sourceAt(sources, 1)),
};

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + (b[i] as number));
}
