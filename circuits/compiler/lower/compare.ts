import { zipTensors, mapTensor } from "../graph/elementwise.ts";
import type { Value } from "../integer/integerModel.ts";
import { isFloat } from "../onnx/elementType.ts";
import { exactBits } from "../quantize/precision.ts";
import { fromFixed, moveLinear, scaleLinear, type Fixed, type Linear } from "../quantize/linear.ts";
import { range } from "./movement.ts";
import type { Family, Lowering, Operator, Private } from "./operator.ts";
import { spread } from "./spread.ts";
import { difference } from "./sumOfPrivates.ts";
import { maximumOf } from "./tournament.ts";

/** Comparisons (booleans are 0 and 1) and the larger or smaller of several tensors. */
export const compareFamily: Family = {
  Less: comparison(
    (a, b) => a < b,
    (call, a, b) => isLess(call, a, b),
  ),
  Greater: comparison(
    (a, b) => a > b,
    (call, a, b) => isLess(call, b, a),
  ),
  LessOrEqual: comparison(
    (a, b) => a <= b,
    (call, a, b) => not(isLess(call, b, a)),
  ),
  GreaterOrEqual: comparison(
    (a, b) => a >= b,
    (call, a, b) => not(isLess(call, a, b)),
  ),
  Equal: comparison((a, b) => a === b, isEqual),
  IsNaN: constantFalse((x) => Number.isNaN(x)),
  IsInf: constantFalse((x) => Math.abs(x) === Infinity),
  Max: {
    evaluate: extremeOf(Math.max),
    lower: (call) => [largest(call, 1)],
  },
  Min: {
    evaluate: extremeOf(Math.min),
    lower: (call) => [largest(call, -1)],
  },
};

type Compare = (call: Lowering, a: Private, b: Private) => Linear;

function comparison(f: (a: number, b: number) => boolean, lower: Compare): Operator {
  return {
    evaluate: (call) => [
      zipTensors({
        node: call.name,
        tensors: [call.constant(0), call.constant(1)],
        f: ([a = 0, b = 0]) => (f(a, b) ? 1 : 0),
        elementType: "bool",
      }),
    ],
    lower: (call) => [lower(call, call.input(0), call.input(1))],
  };
}

function extremeOf(f: (...values: number[]) => number): Operator["evaluate"] {
  return (call) => {
    const tensors = range(call.inputCount).map((index) => call.constant(index));
    const elementType = call.elementType(0);
    return [zipTensors({ node: call.name, tensors, f: (values) => f(...values), elementType })];
  };
}

/** Values of the circuit are always finite numbers. */
function constantFalse(f: (x: number) => boolean): Operator {
  return {
    evaluate: (call) => [mapTensor(call.constant(0), (x) => (f(x) ? 1 : 0), "bool")],
    lower: (call) => [scaleLinear(call.input(0).linear, 0)],
  };
}

function not(linear: Linear): Linear {
  return scaleLinear(linear, -1, 1);
}

/** a < b. Against a constant the bound moves to the next integer, so nothing is rounded away. */
function isLess(call: Lowering, a: Private, b: Private): Linear {
  const gap =
    constantOf(b) !== undefined
      ? againstConstant(call, a, b, 1)
      : constantOf(a) !== undefined
        ? againstConstant(call, b, a, -1)
        : difference(call, a, b).value;
  return flag(call, call.builder.isNegative({ source: gap, label: call.name }));
}

/**
 * An integer that is negative exactly where sign · (x − c) < 0 for the integers x stands for:
 * x < c is X < ceil(C), c < x is floor(C) < X.
 */
function againstConstant(call: Lowering, x: Private, constant: Private, sign: 1 | -1): Value {
  const { builder, name: label } = call;
  const shape = call.outputShape(0);
  const limits = spread(constant.linear, shape).offsets;
  const { value, fractionBits } = fine(call, { ...x, linear: spread(x.linear, shape) });
  const scale = 2 ** fractionBits;
  const offsets = limits.map((limit) => clampLimit(-Math.ceil(sign * limit * scale)));
  return builder.affine({ source: value, multipliers: sign, offsets, label });
}

/** Limits far outside what any value can reach decide the comparison just as well. */
function clampLimit(limit: number): number {
  return Math.min(2 ** 50, Math.max(-(2 ** 50), limit)) + 0;
}

/** More fraction bits where a comparison may tip over than where a value is only rounded. */
const COMPARE_GUARD = 4;

function fine(call: Lowering, x: Private): Fixed {
  const bits = call.activationBits + COMPARE_GUARD;
  return call.wide(x, call.formatOf(x, bits).fractionBits);
}

function constantOf(x: Private): Float64Array | undefined {
  return x.linear.indices.every((index) => index < 0) ? x.linear.offsets : undefined;
}

function isEqual(call: Lowering, a: Private, b: Private): Linear {
  const [x, limit] = constantOf(a) === undefined ? [a, b] : [b, a];
  const shape = call.outputShape(0);
  const constant = constantOf(limit);
  const { builder, name: label } = call;
  if (constant === undefined || isFloat(x.elementType)) {
    const gap = difference(call, a, b).value;
    return flag(call, builder.isZero({ source: gap, label }));
  }
  // A whole number never equals a constant that is none.
  const whole = exactBits([constant], 1) === 0;
  const { value } = call.wide({ ...x, linear: spread(x.linear, shape) });
  const limits = spread(limit.linear, shape).offsets;
  const gap = builder.affine({
    source: value,
    offsets: limits.map((each) => -Math.round(each) + 0),
    label,
  });
  const equal = flag(call, builder.isZero({ source: gap, label }));
  return whole
    ? equal
    : scaleLinear(
        equal,
        limits.map((each) => (Number.isInteger(each) ? 1 : 0)),
      );
}

/** A tensor of 0 and 1. */
export function flag(call: Lowering, value: Value): Linear {
  return fromFixed({ value, fractionBits: 0 }, call.outputShape(0));
}

function largest(call: Lowering, sign: 1 | -1): Linear {
  const shape = call.outputShape(0);
  const count = call.inputCount;
  const sources = range(count).map((i) => spread(call.input(i).linear, shape));
  const size = sources[0]?.indices.length ?? 0;
  const joined = moveLinear({ sources, shape: [count, size], indices: range(count * size) });
  const value = {
    linear: scaleLinear(joined, sign),
    elementType: call.outputType(0),
    range: call.outputRange(0),
  };
  const fixed = call.wide(value);
  const groups = range(size).map((i) => range(count).map((k) => k * size + i));
  const most = maximumOf(call, fixed.value, groups);
  return scaleLinear(fromFixed({ ...fixed, value: most }, shape), sign);
}
