import { broadcastIndices, broadcastShape } from "../graph/broadcast.ts";
import type { Call } from "../graph/call.ts";
import { sizeOf, type Tensor } from "../onnx/tensor.ts";
import { fromFixed } from "../quantize/linear.ts";
import { invalidInput, range } from "./movement.ts";
import type { Family, Lowering, Operator } from "./operator.ts";
import { addAll } from "./sumOfPrivates.ts";
import { evaluateMap, linearOperator, lowerMap, type LinearMap } from "./weightedSum.ts";

/** Matrix products. */
export const matMulFamily: Family = {
  MatMul: matrixProduct((call) => layoutOf(call, call.shape(0), call.shape(1))),
  Gemm: gemm(),
};

/** Which elements of both operands meet: out[batch, m, n] = Σk a[rows[m, k]] · b[columns[k, n]]. */
interface Layout {
  readonly shape: readonly number[];
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** First element of each batch's matrix. */
  readonly aStarts: Int32Array;
  readonly bStarts: Int32Array;
  readonly aTransposed?: boolean;
  readonly bTransposed?: boolean;
}

function layoutOf(call: Call, a: readonly number[], b: readonly number[]): Layout {
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const [m = 1, k = 1] = left.slice(-2);
  const [depth = 1, n = 1] = right.slice(-2);
  if (k !== depth || a.length === 0 || b.length === 0) {
    throw invalidInput(call, `[${a.join(",")}] · [${b.join(",")}]`);
  }
  const batch = broadcastShape(call.name, [left.slice(0, -2), right.slice(0, -2)]);
  const shape = [...batch, ...(a.length === 1 ? [] : [m]), ...(b.length === 1 ? [] : [n])];
  const starts = (from: readonly number[], size: number): Int32Array =>
    broadcastIndices(from.slice(0, -2), batch).map((index) => index * size);
  return { shape, m, k, n, aStarts: starts(left, m * k), bStarts: starts(right, k * n) };
}

const aElement = ({ m, k, aTransposed }: Layout, start: number, row: number, at: number): number =>
  start + (aTransposed ? at * m + row : row * k + at);
const bElement = ({ k, n, bTransposed }: Layout, start: number, at: number, col: number): number =>
  start + (bTransposed ? col * k + at : at * n + col);

function matrixProduct(layout: (call: Call) => Layout): Operator {
  const constantRight = linearOperator((call) => mapOfLeft(layout(call), call.constant(1)));
  const constantLeft = linearOperator((call) => mapOfRight(layout(call), call.constant(0)));
  return {
    evaluate: constantRight.evaluate,
    lower: (call) => {
      if (call.isConstant(1)) return constantRight.lower(call);
      if (call.isConstant(0)) return constantLeft.lower(call);
      return [privateProduct(call, layout(call))];
    },
  };
}

/** The left operand is private. */
function mapOfLeft(layout: Layout, b: Tensor): LinearMap {
  const { m, k, n, shape } = layout;
  const sums = range(layout.aStarts.length).map((batch) => ({
    rows: m,
    depth: k,
    columns: n,
    elements: Int32Array.from({ length: m * k }, (_, i) =>
      aElement(layout, layout.aStarts[batch] ?? 0, Math.floor(i / k), i % k),
    ),
    weights: Float64Array.from({ length: k * n }, (_, i) =>
      valueAt(b, bElement(layout, layout.bStarts[batch] ?? 0, Math.floor(i / n), i % n)),
    ),
    bias: new Float64Array(n),
  }));
  return { source: 0, sums, shape, indices: range(sizeOf(shape)) };
}

/** The right operand is private: outᵀ = bᵀ · aᵀ. */
function mapOfRight(layout: Layout, a: Tensor): LinearMap {
  const { m, k, n, shape } = layout;
  const sums = range(layout.aStarts.length).map((batch) => ({
    rows: n,
    depth: k,
    columns: m,
    elements: Int32Array.from({ length: n * k }, (_, i) =>
      bElement(layout, layout.bStarts[batch] ?? 0, i % k, Math.floor(i / k)),
    ),
    weights: Float64Array.from({ length: k * m }, (_, i) =>
      valueAt(a, aElement(layout, layout.aStarts[batch] ?? 0, i % m, Math.floor(i / m))),
    ),
    bias: new Float64Array(m),
  }));
  const indices = range(sizeOf(shape)).map((i) => {
    const batch = Math.floor(i / (m * n));
    const row = Math.floor(i / n) % m;
    return batch * m * n + (i % n) * m + row;
  });
  return { source: 1, sums, shape, indices };
}

/** One row per multiplication; the sums are free. */
function privateProduct(call: Lowering, layout: Layout) {
  const { m, k, n, shape, aStarts, bStarts } = layout;
  const a = call.narrow(call.input(0));
  const b = call.narrow(call.input(1));
  const count = sizeOf([aStarts.length, m, n, k]);
  const left = new Int32Array(count);
  const right = new Int32Array(count);
  let at = 0;
  for (let batch = 0; batch < aStarts.length; batch++) {
    for (let i = 0; i < m * n; i++) {
      for (let depth = 0; depth < k; depth++) {
        left[at] = aElement(layout, aStarts[batch] ?? 0, Math.floor(i / n), depth);
        right[at++] = bElement(layout, bStarts[batch] ?? 0, depth, i % n);
      }
    }
  }
  const { builder, name: label } = call;
  const rows = [count / k, k];
  const product = builder.product({
    a: builder.gather({ sources: [a.value], shape: rows, indices: left, label }),
    b: builder.gather({ sources: [b.value], shape: rows, indices: right, label }),
    label,
  });
  const value = builder.matMul({
    source: product,
    weights: new Float64Array(k).fill(1),
    bias: [0],
    label,
  });
  return fromFixed({ value, fractionBits: a.fractionBits + b.fractionBits }, shape);
}

function gemm(): Operator {
  const product = matrixProduct(gemmLayout);
  return {
    evaluate: (call) => {
      const map = scaled(mapOfLeft(gemmLayout(call), call.constant(1)), gemmAlpha(call));
      const result = evaluateMap(map, call.constant(0));
      if (!call.has(2)) return [result];
      const bias = gemmBias(call, result.shape, call.constant(2));
      return [{ ...result, data: result.data.map((value, i) => value + (bias[i] ?? 0)) }];
    },
    lower: (call) => {
      const alpha = gemmAlpha(call);
      const [plain] = call.isConstant(1)
        ? [lowerMap(call, mapOfLeft(gemmLayout(call), call.constant(1)), call.input(0))]
        : product.lower(call);
      if (plain === undefined) return [];
      const beta = call.attributes.float("beta", 1);
      const bias = call.has(2) ? call.input(2).linear : undefined;
      return [
        addAll(call, [
          { linear: plain, factor: alpha },
          { linear: bias, factor: beta },
        ]),
      ];
    },
  };
}

function gemmLayout(call: Call): Layout {
  const aTransposed = call.attributes.int("transA", 0) === 1;
  const bTransposed = call.attributes.int("transB", 0) === 1;
  const flip = (shape: readonly number[], isFlipped: boolean): number[] =>
    isFlipped ? [...shape].reverse() : [...shape];
  if (call.shape(0).length !== 2 || call.shape(1).length !== 2) {
    throw invalidInput(call, "both factors must be matrices");
  }
  const layout = layoutOf(call, flip(call.shape(0), aTransposed), flip(call.shape(1), bTransposed));
  return { ...layout, aTransposed, bTransposed };
}

function gemmAlpha(call: Call): number {
  return call.attributes.float("alpha", 1);
}

function scaled(map: LinearMap, factor: number): LinearMap {
  return { ...map, scales: new Float64Array(sizeOf(map.shape)).fill(factor) };
}

function gemmBias(call: Call, shape: readonly number[], bias: Tensor): Float64Array {
  const beta = call.attributes.float("beta", 1);
  const indices = broadcastIndices(bias.shape, shape);
  return Float64Array.from(indices, (index) => beta * valueAt(bias, index));
}

function valueAt(tensor: Tensor, index: number): number {
  return tensor.data[index] ?? 0;
}
