import { CompilerError } from "../../compilerError.ts";
import type { DivideOperation } from "../operation.ts";
import {
  describe,
  elementAt,
  sameShape,
  shapeMismatch,
  sourceAt,
  withoutNegativeZero,
} from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** floor(numerator / denominator), elementwise; the denominator is proven positive. */
export const divide: Primitive<DivideOperation> = {
  infer(operation, sources) {
    const numerator = sourceAt(sources, 0);
    const denominator = sourceAt(sources, 1);
    if (!sameShape(numerator.shape, denominator.shape)) {
      throw shapeMismatch(
        operation,
        `shapes [${numerator.shape}] and [${denominator.shape}] differ; broadcast with gather first`,
      );
    }
    const low = new Float64Array(numerator.low.length);
    const high = new Float64Array(numerator.low.length);
    for (let i = 0; i < low.length; i++) {
      const smallest = elementAt(denominator.low, i);
      const largest = elementAt(denominator.high, i);
      if (smallest < 1) throw divisorNotPositive(operation, i, smallest);
      const from = elementAt(numerator.low, i);
      const to = elementAt(numerator.high, i);
      low[i] = floorDivide(from, from < 0 ? smallest : largest);
      high[i] = floorDivide(to, to < 0 ? largest : smallest);
    }
    return { shape: numerator.shape, low, high };
  },

  interpret(_operation, sources) {
    const denominator = sourceAt(sources, 1);
    return sourceAt(sources, 0).map((value, i) => floorDivide(value, denominator[i] as number));
  },
};

/** floor(n / d) for |n|, d < 2^52. The remainder is exact in doubles; the quotient alone may round. */
export function floorDivide(numerator: number, denominator: number): number {
  const remainder = ((numerator % denominator) + denominator) % denominator;
  return withoutNegativeZero((numerator - remainder) / denominator);
}

function divisorNotPositive(
  operation: DivideOperation,
  element: number,
  smallest: number,
): CompilerError {
  return new CompilerError(
    "DivisorNotPositive",
    `${describe(operation)}: divisor ${element} may be ${smallest}; raise its lower bound to 1 with rescale`,
    { label: operation.label, element, smallest },
  );
}
