import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import { sizeOf, type Tensor } from "../onnx/tensor.ts";
import { fromFixed, fromSum, moveLinear, scaleLinear, type Linear } from "../quantize/linear.ts";
import { magnitudeOf } from "../quantize/precision.ts";
import type { Lowering, Operator, Private } from "./operator.ts";

/** [rows, depth] elements of the source times constant [depth, columns] weights, plus bias. */
export interface WeightedSum {
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  /** Element of the source, −1 for zero. */
  readonly elements: Int32Array;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** A linear operator: sums over its source, then out[i] = concat(sums)[indices[i]] · scales[i]. */
export interface LinearMap {
  readonly source: number;
  readonly sums: readonly WeightedSum[];
  readonly shape: readonly number[];
  readonly indices: ArrayLike<number>;
  readonly scales?: Float64Array;
}

/** Integers above this are rounded before they are multiplied again. */
const WIDE_LIMIT = 2 ** 30;
/** Up to here rounding first would not even pay where a sum has more results than sources. */
const NARROW_LIMIT = 2 ** 20;

/** An operator that is a linear map of one input with constant weights. */
export function linearOperator(describe: (call: Call) => LinearMap): Operator {
  return {
    evaluate: (call) => {
      const map = describe(call);
      return [evaluateMap(map, call.constant(map.source))];
    },
    lower: (call) => {
      const map = describe(call);
      return [lowerMap(call, map, call.input(map.source))];
    },
  };
}

export function evaluateMap(map: LinearMap, source: Tensor): Tensor {
  const sums = map.sums.map((sum) => evaluateSum(sum, source.data));
  const joined = new Float64Array(sums.reduce((size, each) => size + each.length, 0));
  let at = 0;
  for (const each of sums) {
    joined.set(each, at);
    at += each.length;
  }
  const data = new Float64Array(sizeOf(map.shape));
  for (let i = 0; i < data.length; i++) {
    data[i] = (joined[map.indices[i] ?? 0] ?? 0) * (map.scales?.[i] ?? 1);
  }
  return { elementType: source.elementType, shape: map.shape, data };
}

function evaluateSum(sum: WeightedSum, data: Float64Array): Float64Array {
  const { rows, depth, columns, elements, weights, bias } = sum;
  const result = new Float64Array(sizeOf([rows, columns]));
  for (let row = 0; row < rows; row++) {
    result.set(bias, row * columns);
    for (let k = 0; k < depth; k++) {
      const value = data[elements[row * depth + k] ?? -1] ?? 0;
      if (value === 0) continue;
      for (let n = 0; n < columns; n++) {
        const at = row * columns + n;
        result[at] = (result[at] ?? 0) + value * (weights[k * columns + n] ?? 0);
      }
    }
  }
  return result;
}

/** Applies a linear map to a private value, its sums left deferred. */
export function lowerMap(call: Lowering, map: LinearMap, source: Private): Linear {
  const results = map.sums.reduce((size, sum) => size + sum.rows * sum.columns, 0);
  const sums = map.sums.map((sum) => lowerSum(call, sum, source, results));
  const moved = moveLinear({ sources: sums, shape: map.shape, indices: map.indices });
  return map.scales === undefined ? moved : scaleLinear(moved, map.scales);
}

function lowerSum(call: Lowering, sum: WeightedSum, source: Private, results: number): Linear {
  const { rows, depth, columns, elements } = sum;
  const given = isNarrow(source.linear) ? factorsOf(source.linear, sum) : undefined;
  const linear = given === undefined ? settle(call, source, results) : source.linear;
  const factors = given ?? factorsOf(linear, sum) ?? [];
  const cores = linear.cores.flatMap((core) => (core.kind === "integers" ? core.value : []));
  const indices = elements.map((element) => (element < 0 ? -1 : (linear.indices[element] ?? -1)));
  const gathered = gatherOrZero(call, cores, indices, [rows, depth]);
  const weights = sum.weights.map((weight, i) => weight * (factors[Math.floor(i / columns)] ?? 0));
  const core = { kind: "sum" as const, source: gathered, weights, bias: sum.bias };
  const result = fromSum(core, [rows, columns]);
  return scaleLinear(result, 1, offsetsOf(linear, sum));
}

/** Integers for a source that is not there yet: rounded only where that is cheaper. */
function settle(call: Lowering, source: Private, results: number): Linear {
  const wide = call.wide(source);
  const magnitude = magnitudeOf(wide.value);
  const isFine = results <= source.linear.indices.length ? WIDE_LIMIT : NARROW_LIMIT;
  return fromFixed(magnitude <= isFine ? wide : call.narrow(source), source.linear.shape);
}

/** True if the integers are there and small enough to be multiplied as they are. */
function isNarrow(linear: Linear): boolean {
  return linear.cores.every(
    (core) => core.kind === "integers" && magnitudeOf(core.value) <= NARROW_LIMIT,
  );
}

/** The factor that all elements of each inner position share; undefined where some differ. */
function factorsOf(linear: Linear, sum: WeightedSum): Float64Array | undefined {
  const factors = new Float64Array(sum.depth).fill(NaN);
  for (let i = 0; i < sum.elements.length; i++) {
    const element = sum.elements[i] ?? -1;
    if (element < 0 || (linear.indices[element] ?? -1) < 0) continue;
    const k = i % sum.depth;
    const factor = linear.multipliers[element] ?? 0;
    const known = factors[k] ?? NaN;
    if (Number.isNaN(known)) factors[k] = factor;
    else if (known !== factor) return undefined;
  }
  return factors.map((factor) => (Number.isNaN(factor) ? 0 : factor));
}

/** What the constant parts of the source add to each result. */
function offsetsOf(linear: Linear, sum: WeightedSum): Float64Array | number {
  if (linear.offsets.every((offset) => offset === 0)) return 0;
  const constant = { ...sum, bias: new Float64Array(sum.columns) };
  return evaluateSum(constant, linear.offsets);
}

/** Moves integers where −1 stands for zero. */
export function gatherOrZero(
  call: Lowering,
  sources: readonly Value[],
  indices: Int32Array,
  shape: readonly number[],
): Value {
  const [only] = sources;
  const isThere =
    sources.length === 1 &&
    only?.low.length === indices.length &&
    only.shape.join() === shape.join() &&
    indices.every((index, i) => index === i);
  if (isThere) return only;
  const size = sources.reduce((total, source) => total + source.low.length, 0);
  const needsZero = indices.some((index) => index < 0);
  const zero = needsZero
    ? [call.builder.constant({ shape: [1], values: [0], label: call.name })]
    : [];
  return call.builder.gather({
    sources: [...sources, ...zero],
    shape,
    indices: indices.map((index) => (index < 0 ? size : index)),
    label: call.name,
  });
}
