import { broadcastIndices } from "../graph/broadcast.ts";
import { broadcastData, mapTensor, zipTensors } from "../graph/elementwise.ts";
import { isFloat } from "../onnx/elementType.ts";
import { fromFixed, scaleLinear, type Linear } from "../quantize/linear.ts";
import { refusal } from "../refusal.ts";
import { divideLinear, quotient } from "./divide.ts";
import { spread } from "./spread.ts";
import { range } from "./movement.ts";
import type { Family, Lowering, Operator } from "./operator.ts";
import { addAll } from "./sumOfPrivates.ts";

/** Elementwise arithmetic: free with a constant operand, one row per element for a product. */
export const arithmeticFamily: Family = {
  Add: {
    evaluate: elementwise(([a = 0, b = 0]) => a + b),
    lower: (call) => [addAll(call, [term(call, 0, 1), term(call, 1, 1)])],
  },
  Sub: {
    evaluate: elementwise(([a = 0, b = 0]) => a - b),
    lower: (call) => [addAll(call, [term(call, 0, 1), term(call, 1, -1)])],
  },
  Sum: {
    evaluate: elementwise((values) => values.reduce((sum, value) => sum + value, 0)),
    lower: (call) => [
      addAll(
        call,
        range(call.inputCount).map((i) => term(call, i, 1)),
      ),
    ],
  },
  Mean: {
    evaluate: elementwise(
      (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
    ),
    lower: (call) => [
      addAll(
        call,
        range(call.inputCount).map((i) => term(call, i, 1 / call.inputCount)),
      ),
    ],
  },
  Mul: {
    evaluate: elementwise(([a = 0, b = 0]) => a * b),
    lower: (call) => [multiply(call)],
  },
  Div: {
    evaluate: (call, inputs) => {
      const isReal = isFloat(call.elementType(0));
      const divide = ([a = 0, b = 0]: readonly number[]): number =>
        isReal ? a / b : quotient(a, b);
      return elementwise(divide)(call, inputs);
    },
    lower: (call) => [divideLinear(call)],
  },
  Neg: {
    evaluate: (call) => [mapTensor(call.constant(0), (value) => -value + 0)],
    lower: (call) => [scaleLinear(call.input(0).linear, -1)],
  },
  BatchNormalization: batchNormalization(),
};

function elementwise(f: (values: readonly number[]) => number): Operator["evaluate"] {
  return (call) => {
    const tensors = range(call.inputCount).map((index) => call.constant(index));
    return [zipTensors({ node: call.name, tensors, f, elementType: call.elementType(0) })];
  };
}

function term(call: Lowering, index: number, factor: number) {
  return { linear: call.input(index).linear, factor };
}

function multiply(call: Lowering): Linear {
  if (call.isConstant(0)) return multiplyByConstant(call, 1, 0);
  if (call.isConstant(1)) return multiplyByConstant(call, 0, 1);
  return multiplyPrivates(call, 0, 1);
}

function multiplyByConstant(call: Lowering, source: number, constant: number): Linear {
  const shape = call.outputShape(0);
  const factors = broadcastData(call.constant(constant), shape);
  if (!factors.every(Number.isFinite)) throw refusal("WeightNotFinite", { node: call.name });
  return scaleLinear(spread(call.input(source).linear, shape), factors);
}

function multiplyPrivates(call: Lowering, left: number, right: number): Linear {
  const shape = call.outputShape(0);
  const { builder, name: label } = call;
  const [a, b] = [left, right].map((index) => call.narrow(call.input(index)));
  if (a === undefined || b === undefined) throw new RangeError("two factors");
  const grow = (fixed: typeof a) =>
    builder.gather({
      sources: [fixed.value],
      shape,
      indices: broadcastIndices(fixed.value.shape, shape),
      label,
    });
  const value = builder.product({ a: grow(a), b: grow(b), label });
  return fromFixed({ value, fractionBits: a.fractionBits + b.fractionBits });
}

function batchNormalization(): Operator {
  return {
    evaluate: (call, inputs) => {
      const source = inputs[0];
      if (source === undefined) return [];
      const { factor, offset } = normalization(
        source.shape,
        [1, 2, 3, 4].map((i) => call.constant(i).data),
        epsilonOf(call),
      );
      const data = source.data.map((value, i) => value * factor(i) + offset(i));
      return [{ ...source, data }];
    },
    lower: (call) => {
      if (call.attributes.int("training_mode", 0) === 1 || call.outputCount > 1) {
        throw refusal("OperatorForm", {
          node: call.name,
          operator: call.operator,
          found: "training mode",
          nearest: "BatchNormalization exported for inference",
        });
      }
      const { linear } = call.input(0);
      const parameters = [1, 2, 3, 4].map((i) => call.constant(i).data);
      const { factor, offset } = normalization(linear.shape, parameters, epsilonOf(call));
      const size = linear.indices.length;
      return [
        scaleLinear(
          linear,
          Float64Array.from({ length: size }, (_, i) => factor(i)),
          Float64Array.from({ length: size }, (_, i) => offset(i)),
        ),
      ];
    },
  };
}

function epsilonOf(call: { readonly attributes: Lowering["attributes"] }): number {
  return call.attributes.float("epsilon", 1e-5);
}

function normalization(
  shape: readonly number[],
  [scale, bias, mean, variance]: readonly Float64Array[],
  epsilon: number,
) {
  const inner = shape.slice(2).reduce((product, size) => product * size, 1);
  const channels = shape[1] ?? 1;
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const factorOf = (c: number): number =>
    (scale?.[c] ?? 1) / Math.sqrt((variance?.[c] ?? 1) + epsilon);
  return {
    factor: (i: number): number => factorOf(channelOf(i)),
    offset: (i: number): number => {
      const c = channelOf(i);
      return (bias?.[c] ?? 0) - (mean?.[c] ?? 0) * factorOf(c);
    },
  };
}
