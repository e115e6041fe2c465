import { sizeOf } from "../onnx/tensor.ts";
import type { Value } from "../integer/integerModel.ts";
import { fromSum, type Fixed, type Linear } from "../quantize/linear.ts";
import { magnitudeOf } from "../quantize/precision.ts";
import type { Lowering, Private } from "./operator.ts";

/**
 * Private indices as whole numbers 0…size − 1: negative ones count from the end, as in ONNX, and
 * what still lies outside saturates.
 */
export function indexValue(call: Lowering, indices: Private, size: number): Value {
  const { builder, name: label } = call;
  const { value } = call.wide(indices);
  const clamped = builder.rescale({ source: value, shift: 0, low: -size, high: size - 1, label });
  if (clamped.low.every((low) => low >= 0)) return clamped;
  const negative = builder.isNegative({ source: clamped, label });
  const wrapped = builder.affine({ source: negative, multipliers: size, label });
  return builder.add({ a: clamped, b: wrapped, label });
}

/** For each index a row of `size` values, 1 in its place and 0 elsewhere. [indices, size] */
export function oneHot(call: Lowering, index: Value, size: number): Value {
  const { builder, name: label } = call;
  const count = index.low.length;
  const cells = sizeOf([count, size]);
  const repeated = builder.gather({
    sources: [index],
    shape: [count, size],
    indices: Int32Array.from({ length: cells }, (_, i) => Math.floor(i / size)),
    label,
  });
  const offsets = Float64Array.from({ length: cells }, (_, i) => -(i % size) + 0);
  const distance = builder.affine({ source: repeated, offsets, label });
  return builder.isZero({ source: distance, label });
}

/**
 * Selected rows of a constant table: one-hot times table, free of rows. Or, for a private table,
 * Σ one-hot · candidate, a row per candidate.
 * @param candidates [indices, columns, size] elements of `table`
 */
export function selectPrivate({
  call,
  chosen,
  table,
  candidates,
  columns,
}: {
  readonly call: Lowering;
  readonly chosen: Value;
  readonly table: Fixed;
  readonly candidates: Int32Array;
  readonly columns: number;
}): Fixed {
  const { builder, name: label } = call;
  const [count = 0, size = 0] = chosen.shape;
  const shape = [count * columns, size];
  const flags = builder.gather({
    sources: [chosen],
    shape,
    indices: Int32Array.from({ length: count * columns * size }, (_, i) => {
      const row = Math.floor(i / (columns * size));
      return row * size + (i % size);
    }),
    label,
  });
  const values = builder.gather({ sources: [table.value], shape, indices: candidates, label });
  const product = builder.product({ a: flags, b: values, label });
  const weights = new Float64Array(size).fill(1);
  const value = builder.matMul({ source: product, weights, bias: [0], label });
  // Only one flag is set, so the sum is one of the candidates; its interval need not be their sum.
  const magnitude = magnitudeOf(table.value);
  return magnitude * 2 < magnitudeOf(value)
    ? {
        ...table,
        value: builder.rescale({
          source: value,
          shift: 0,
          low: -magnitude,
          high: magnitude,
          label,
        }),
      }
    : { ...table, value };
}

/** Rows of a constant table by one-hot selection. */
export function selectConstant(
  chosen: Value,
  table: Float64Array,
  shape: readonly number[],
): Linear {
  const columns = table.length / (chosen.shape[1] ?? 1);
  return fromSum(
    { kind: "sum", source: chosen, weights: table, bias: new Float64Array(columns) },
    shape,
  );
}
