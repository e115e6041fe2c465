import type { Call } from "../graph/call.ts";
import { isFloat } from "../onnx/elementType.ts";
import { sizeOf, type Tensor } from "../onnx/tensor.ts";
import { fromFixed, scaleLinear, type Linear } from "../quantize/linear.ts";
import { unsupportedForm } from "./movement.ts";
import type { Family, Lowering, Operator } from "./operator.ts";
import { groupsOf, reduceAxes, reductionOf, type Reduction } from "./reduction.ts";
import { maximumOf } from "./tournament.ts";
import { linearOperator, lowerMap, type LinearMap } from "./weightedSum.ts";

/** Reductions along axes: sums are free, the largest element costs a comparison per element. */
export const reduceFamily: Family = {
  ReduceSum: linearOperator((call) => sumMap(reductionOf(call), 1)),
  ReduceMean: linearOperator((call) => {
    if (!isFloat(call.elementType(0))) {
      throw unsupportedForm(call, `type ${call.elementType(0)}`, "ReduceMean on floats");
    }
    const reduction = reductionOf(call);
    return sumMap(reduction, 1 / reduction.depth);
  }),
  ReduceMax: {
    evaluate: reduceBy((values) => values.reduce((a, b) => Math.max(a, b), -Infinity)),
    lower: (call) => [extreme(call, 1)],
  },
  ReduceMin: {
    evaluate: reduceBy((values) => values.reduce((a, b) => Math.min(a, b), Infinity)),
    lower: (call) => [extreme(call, -1)],
  },
  ReduceL1: {
    evaluate: reduceBy((values) => values.reduce((a, b) => a + Math.abs(b), 0)),
    lower: (call) => [sumOfMagnitudes(call)],
  },
  ReduceSumSquare: {
    evaluate: reduceBy((values) => values.reduce((a, b) => a + b * b, 0)),
    lower: (call) => [sumOfSquares(call)],
  },
  ReduceProd: {
    evaluate: reduceBy((values) => values.reduce((a, b) => a * b, 1)),
    lower: (call) => {
      throw unsupportedForm(call, "values that depend on the request", "Mul of two tensors");
    },
  },
  GlobalAveragePool: linearOperator((call) => {
    const reduction = spatialReduction(call);
    return sumMap(reduction, 1 / reduction.depth);
  }),
  GlobalMaxPool: {
    evaluate: (call) => {
      const { shape, elements, depth } = spatialReduction(call);
      const groups = groupsOf({ shape, elements, depth });
      const source = call.constant(0);
      const data = Float64Array.from(groups, (group) =>
        group.reduce((most, i) => Math.max(most, source.data[i] ?? 0), -Infinity),
      );
      return [{ elementType: source.elementType, shape, data }];
    },
    lower: (call) => [largest(call, spatialReduction(call), 1)],
  },
  CumSum: linearOperator(cumulativeSum),
};

function reduceBy(f: (values: readonly number[]) => number): Operator["evaluate"] {
  return (call) => {
    const source = call.constant(0);
    const reduction = reductionOf(call);
    const data = Float64Array.from(groupsOf(reduction), (group) =>
      f(group.map((i) => source.data[i] ?? 0)),
    );
    return [{ elementType: source.elementType, shape: reduction.shape, data }];
  };
}

function sumMap({ shape, elements, depth }: Reduction, scale: number): LinearMap {
  const rows = sizeOf(shape);
  const sum = {
    rows,
    depth,
    columns: 1,
    elements,
    weights: new Float64Array(depth).fill(1),
    bias: new Float64Array(1),
  };
  return {
    source: 0,
    sums: [sum],
    shape,
    indices: Int32Array.from({ length: rows }, (_, i) => i),
    scales: new Float64Array(rows).fill(scale),
  };
}

function spatialReduction(call: Call): Reduction {
  const [batch = 1, channels = 1, ...spatial] = call.shape(0);
  const depth = sizeOf(spatial);
  const shape = [batch, channels, ...spatial.map(() => 1)];
  const elements = Int32Array.from({ length: batch * channels * depth }, (_, i) => i);
  return { shape, elements, depth };
}

/** max (sign 1) or min (sign −1) over the axes. */
function extreme(call: Lowering, sign: 1 | -1): Linear {
  return largest(call, reductionOf(call), sign);
}

function largest(call: Lowering, reduction: Reduction, sign: 1 | -1): Linear {
  const source = call.input(0);
  const fixed = call.wide({ ...source, linear: scaleLinear(source.linear, sign) });
  const value = maximumOf(call, fixed.value, groupsOf(reduction));
  return scaleLinear(fromFixed({ ...fixed, value }, reduction.shape), sign);
}

/** Σ|x| = 2 Σ relu(x) − Σ x. */
function sumOfMagnitudes(call: Lowering): Linear {
  const { builder, name: label } = call;
  const fixed = call.narrow(call.input(0));
  const positive = builder.rescale({ source: fixed.value, shift: 0, low: 0, label });
  const magnitude = builder.add({
    a: builder.affine({ source: positive, multipliers: 2, label }),
    b: builder.affine({ source: fixed.value, multipliers: -1, label }),
    label,
  });
  return sumOfFixed(call, fromFixed({ ...fixed, value: magnitude }));
}

function sumOfSquares(call: Lowering): Linear {
  const { builder, name: label } = call;
  const { value, fractionBits } = call.narrow(call.input(0));
  const squares = builder.product({ a: value, b: value, label });
  return sumOfFixed(call, fromFixed({ value: squares, fractionBits: 2 * fractionBits }));
}

function sumOfFixed(call: Lowering, linear: Linear): Linear {
  const source = { linear, elementType: call.outputType(0), range: call.outputRange(0) };
  return lowerMap(call, sumMap(reductionOf(call), 1), source);
}

function cumulativeSum(call: Call): LinearMap {
  const shape = call.shape(0);
  const axisInput: Tensor = call.constant(1);
  const axis = ((axisInput.data[0] ?? 0) + shape.length) % Math.max(1, shape.length);
  const { elements, depth } = reduceAxes({ source: shape, axes: [axis], keepsAxes: true });
  const isReverse = call.attributes.int("reverse", 0) === 1;
  const isExclusive = call.attributes.int("exclusive", 0) === 1;
  const counts = (k: number, n: number): boolean =>
    (isReverse ? k > n : k < n) || (k === n && !isExclusive);
  const weights = Float64Array.from({ length: sizeOf([depth, depth]) }, (_, i) =>
    counts(Math.floor(i / depth), i % depth) ? 1 : 0,
  );
  const rows = elements.length / Math.max(1, depth);
  const indices = new Int32Array(elements.length);
  elements.forEach((element, at) => (indices[element] = at));
  const sum = { rows, depth, columns: depth, elements, weights, bias: new Float64Array(depth) };
  return { source: 0, sums: [sum], shape, indices };
}
