import type { IsNegativeOperation } from "../operation.ts";
import { sourceAt } from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** 1 where x < 0, else 0. */
export const isNegative: Primitive<IsNegativeOperation> = {
  infer(_operation, sources) {
    const source = sourceAt(sources, 0);
    return {
      shape: source.shape,
      low: source.high.map((high) => (high < 0 ? 1 : 0)),
      high: source.low.map((low) => (low < 0 ? 1 : 0)),
    };
  },

  interpret: (_operation, sources) => sourceAt(sources, 0).map((value) => (value < 0 ? 1 : 0)),
};
