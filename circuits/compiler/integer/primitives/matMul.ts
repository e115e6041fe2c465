import type { MatMulOperation } from "../operation.ts";
import { requireBelowLimit, requireIntegers, shapeMismatch, sourceAt } from "./elements.ts";
import type { Bounds, Primitive } from "./primitive.ts";

/** [M, K] · [K, N] + bias with constant weights. Convolution is gather, then this. */
export const matMul: Primitive<MatMulOperation> = {
  infer(operation, sources) {
    const source = sourceAt(sources, 0);
    const { depth, columns } = matMulShape(operation);
    const [rows, width] = source.shape;
    if (source.shape.length !== 2 || rows === undefined || width !== depth || columns === 0) {
      throw shapeMismatch(
        operation,
        `source [${source.shape}] against ${operation.weights.length} weights and ${columns} biases; ` +
          "source must be [M, K], weights K·N, bias N",
      );
    }
    requireIntegers(operation, "weights", operation.weights);
    requireIntegers(operation, "bias", operation.bias);

    const low = new Float64Array(rows * columns);
    const high = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) boundRow(operation, source, row, { low, high });
    return { shape: [rows, columns], low, high };
  },

  interpret(operation, sources) {
    const source = sourceAt(sources, 0);
    const { weights, bias } = operation;
    const { depth, columns } = matMulShape(operation);
    const rows = source.length / depth;
    const result = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      result.set(bias, row * columns);
      for (let k = 0; k < depth; k++) {
        const value = source[row * depth + k] as number;
        if (value === 0) continue;
        for (let column = 0; column < columns; column++) {
          result[row * columns + column] =
            (result[row * columns + column] as number) +
            value * (weights[k * columns + column] as number);
        }
      }
    }
    return result.map((value) => value + 0);
  },
};

/** K and N of the weights. */
export function matMulShape({ weights, bias }: MatMulOperation): {
  readonly depth: number;
  readonly columns: number;
} {
  return { depth: bias.length === 0 ? 0 : weights.length / bias.length, columns: bias.length };
}

/** Bounds the sum of magnitudes too, so that partial sums are exact in any order. */
function boundRow(
  operation: MatMulOperation,
  source: Bounds,
  row: number,
  result: { readonly low: Float64Array; readonly high: Float64Array },
): void {
  const { weights, bias } = operation;
  const { depth, columns } = matMulShape(operation);
  for (let column = 0; column < columns; column++) {
    const offset = bias[column] as number;
    let low = offset;
    let high = offset;
    let magnitude = Math.abs(offset);
    for (let k = 0; k < depth; k++) {
      const weight = weights[k * columns + column] as number;
      if (weight === 0) continue;
      const atLow = weight * (source.low[row * depth + k] as number);
      const atHigh = weight * (source.high[row * depth + k] as number);
      low += Math.min(atLow, atHigh);
      high += Math.max(atLow, atHigh);
      magnitude += Math.max(Math.abs(atLow), Math.abs(atHigh));
    }
    requireBelowLimit(operation, magnitude, row * columns + column);
    result.low[row * columns + column] = low + 0;
    result.high[row * columns + column] = high + 0;
  }
}
