import type { Value } from "../../integer/integerModel.ts";
import type { MatMulOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";

/** Up to here float32 holds every integer, in whatever order a library sums. */
const FLOAT32_LIMIT = 2 ** 24;

/**
 * float32 where no partial sum can leave its exact integers, else int64 (slower; on many devices
 * the runtime places it on the CPU). The bias is added in int64.
 */
export const matMul: Emitter<MatMulOperation> = ({ graph, operation, sources }) => {
  const { name, value } = emittedAt(sources, 0);
  const { weights, bias } = operation;
  const shape = [weights.length / bias.length, bias.length];
  const isExact = largestSum(operation, value) < FLOAT32_LIMIT;
  const type = isExact ? "float32" : "int64";
  const matrix = graph.constant({ type, shape, values: weights });
  const sums = isExact
    ? graph.cast(graph.node("MatMul", [graph.cast(name, "float32"), matrix]), "int64")
    : graph.node("MatMul", [name, matrix]);
  if (bias.every((each) => each === 0)) return sums;
  const row = graph.constant({ type: "int64", shape: [bias.length], values: bias });
  return graph.node("Add", [sums, row]);
};

/** max over columns of Σ|w|·max|x|; also bounds each weight and each element alone. */
function largestSum({ weights, bias }: MatMulOperation, source: Value): number {
  const columns = bias.length;
  const depth = weights.length / columns;
  const magnitudes = new Float64Array(depth);
  source.low.forEach((low, index) => {
    const magnitude = Math.max(Math.abs(low), Math.abs(source.high[index] ?? 0));
    const k = index % depth;
    magnitudes[k] = Math.max(magnitudes[k] ?? 0, magnitude);
  });
  const sums = new Float64Array(columns);
  let largest = Math.max(...[weights, magnitudes].map(largestMagnitude));
  weights.forEach((weight, index) => {
    const column = index % columns;
    const k = (index - column) / columns;
    sums[column] = (sums[column] ?? 0) + Math.abs(weight) * (magnitudes[k] ?? 0);
  });
  for (const sum of sums) largest = Math.max(largest, sum);
  return largest;
}

function largestMagnitude(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
