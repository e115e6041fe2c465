import type { IsZeroOperation } from "../operation.ts";
import { elementAt, sourceAt } from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** 1 where x = 0, else 0. */
export const isZero: Primitive<IsZeroOperation> = {
  infer(_operation, sources) {
    const { shape, low, high } = sourceAt(sources, 0);
    return {
      shape,
      low: low.map((value, i) => (value === 0 && elementAt(high, i) === 0 ? 1 : 0)),
      high: low.map((value, i) => (value <= 0 && elementAt(high, i) >= 0 ? 1 : 0)),
    };
  },

  interpret: (_operation, sources) => sourceAt(sources, 0).map((value) => (value === 0 ? 1 : 0)),
};
