import type { ProductOperation } from "../operation.ts";
import {
  elementAt,
  requireBelowLimit,
  sameShape,
  shapeMismatch,
  sourceAt,
  withoutNegativeZero,
} from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** Elementwise product of two computed tensors of the same shape. */
export const product: Primitive<ProductOperation> = {
  infer(operation, sources) {
    const a = sourceAt(sources, 0);
    const b = sourceAt(sources, 1);
    if (!sameShape(a.shape, b.shape)) {
      throw shapeMismatch(
        operation,
        `shapes [${a.shape}] and [${b.shape}] differ; broadcast with gather first`,
      );
    }
    const low = new Float64Array(a.low.length);
    const high = new Float64Array(a.low.length);
    for (let i = 0; i < low.length; i++) {
      const corners = [
        elementAt(a.low, i) * elementAt(b.low, i),
        elementAt(a.low, i) * elementAt(b.high, i),
        elementAt(a.high, i) * elementAt(b.low, i),
        elementAt(a.high, i) * elementAt(b.high, i),
      ];
      requireBelowLimit(operation, Math.max(...corners.map(Math.abs)), i);
      low[i] = withoutNegativeZero(Math.min(...corners));
      high[i] = withoutNegativeZero(Math.max(...corners));
    }
    // the same tensor on both sides is a square, which is never negative
    if (operation.a === operation.b) low.forEach((value, i) => (low[i] = Math.max(0, value)));
    return { shape: a.shape, low, high };
  },

  interpret(_operation, sources) {
    const b = sourceAt(sources, 1);
    return sourceAt(sources, 0).map((value, i) => withoutNegativeZero(value * (b[i] as number)));
  },
};
