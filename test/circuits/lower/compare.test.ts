import { describe } from "node:test";
import { attributes } from "../onnx/buildModel.ts";
import {
  asConstant,
  between,
  checkOperators,
  constant,
  floats,
  list,
  whole,
  type OperatorCase,
} from "./operatorCase.ts";

const { int, ints, float, string } = attributes;
const bool = { outputs: ["bool" as const], tolerance: 0 };
const flags = (data: number[]) => ({ shape: [data.length], data, elementType: "bool" as const });

describe("clamps and signs", () => {
  checkOperators([
    { operator: "Relu", about: "floats", inputs: [floats([3, 4], 3)] },
    {
      operator: "Clip",
      about: "both bounds",
      inputs: [floats([9], 3), constant([], [-1]), constant([], [0.7])],
    },
    {
      operator: "Clip",
      about: "attributes, only max",
      opset: 10,
      inputs: [floats([9], 3)],
      attributes: { max: float(0.3) },
    },
    {
      operator: "Clip",
      about: "bounds that contradict each other",
      inputs: [floats([9], 3), constant([], [2]), constant([], [0.5])],
    },
    {
      operator: "LeakyRelu",
      about: "alpha",
      inputs: [floats([9])],
      attributes: { alpha: float(0.2) },
    },
    {
      operator: "PRelu",
      about: "per channel",
      inputs: [floats([2, 3]), asConstant(floats([3], 1, 4))],
    },
    {
      operator: "ThresholdedRelu",
      about: "alpha",
      inputs: [floats([9])],
      attributes: { alpha: float(0.25) },
    },
    { operator: "Abs", about: "floats", inputs: [floats([9])] },
    {
      operator: "Sign",
      about: "with zero",
      inputs: [{ shape: [4], data: [-2, 0, 0.5, 3] }],
      tolerance: 0,
    },
    { operator: "HardSigmoid", about: "defaults", inputs: [floats([9], 4)] },
  ]);
});

describe("comparisons", () => {
  const a = { shape: [5], data: [0.5, -1, 0.25, 2, 0] };
  const b = { shape: [5], data: [0.5, 1, -0.25, 2, 0.5] };
  const limits = asConstant({ shape: [5], data: [0.4, -1, 0.25, 3, -0.1] });
  const names = ["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"];
  checkOperators(
    names.flatMap((operator): OperatorCase[] => [
      { operator, about: "both private", inputs: [a, b], ...bool },
      { operator, about: "against a constant", inputs: [a, limits], ...bool },
      { operator, about: "a constant against", inputs: [limits, a], ...bool },
      {
        operator,
        about: "whole numbers",
        inputs: [whole([6], -2, 2), constant([6], [0, 1, -1, 2, 0, -2], "int64")],
        ...bool,
      },
    ]),
  );
});

describe("booleans and selection", () => {
  const x = flags([0, 0, 1, 1]);
  const y = flags([0, 1, 0, 1]);
  checkOperators([
    { operator: "And", about: "table", inputs: [x, y], ...bool },
    { operator: "Or", about: "table", inputs: [x, y], ...bool },
    { operator: "Xor", about: "table", inputs: [x, y], ...bool },
    { operator: "Not", about: "table", inputs: [x], ...bool },
    {
      operator: "Where",
      about: "private condition",
      inputs: [flags([1, 0, 1]), floats([2, 3]), floats([3], 1, 5)],
      outputs: ["float32"],
    },
    {
      operator: "Where",
      about: "constant condition",
      inputs: [asConstant(flags([1, 0, 1])), floats([2, 3]), asConstant(floats([3], 1, 5))],
      outputs: ["float32"],
    },
  ]);
});

describe("largest and smallest", () => {
  checkOperators([
    {
      operator: "Max",
      about: "three inputs",
      inputs: [floats([2, 3]), floats([3], 1, 2), constant([], [0.1])],
    },
    { operator: "Min", about: "two inputs", inputs: [floats([2, 3]), floats([2, 1], 1, 2)] },
    {
      operator: "ReduceMax",
      about: "axes",
      inputs: [floats([2, 3, 4])],
      attributes: { axes: ints(-1, 0) },
    },
    {
      operator: "ReduceMin",
      about: "all",
      inputs: [floats([2, 3])],
      attributes: { keepdims: int(0) },
    },
    {
      operator: "MaxPool",
      about: "pads, strides, dilations",
      inputs: [floats([1, 2, 6, 5])],
      attributes: {
        kernel_shape: ints(3, 2),
        strides: ints(2, 1),
        dilations: ints(1, 2),
        pads: ints(1, 1, 1, 0),
      },
    },
    {
      operator: "MaxPool",
      about: "ceil mode",
      inputs: [floats([1, 1, 5, 6])],
      attributes: { kernel_shape: ints(2, 3), strides: ints(2, 2), ceil_mode: int(1) },
    },
    { operator: "GlobalMaxPool", about: "planes", inputs: [floats([1, 2, 3, 3])] },
    {
      operator: "ArgMax",
      about: "first of equals",
      inputs: [{ shape: [2, 4], data: [1, 3, 3, 0, -1, -1, -2, -1] }],
      attributes: { axis: int(1) },
      outputs: ["int64"],
      tolerance: 0,
    },
    {
      operator: "ArgMax",
      about: "last of equals",
      inputs: [{ shape: [2, 4], data: [1, 3, 3, 0, -1, -1, -2, -1] }],
      attributes: { axis: int(1), select_last_index: int(1), keepdims: int(0) },
      outputs: ["int64"],
      tolerance: 0,
    },
    {
      operator: "ArgMin",
      about: "axis 0",
      inputs: [floats([4, 3])],
      attributes: { axis: int(0) },
      outputs: ["int64"],
      tolerance: 0,
    },
  ]);
});

describe("sums and means", () => {
  checkOperators([
    { operator: "ReduceSum", about: "axes as input", inputs: [floats([2, 3, 4]), list(1)] },
    {
      operator: "ReduceSum",
      about: "noop",
      inputs: [floats([2, 3])],
      attributes: { noop_with_empty_axes: int(1) },
    },
    { operator: "ReduceSum", about: "whole numbers", inputs: [whole([2, 3], -9, 9)], tolerance: 0 },
    {
      operator: "ReduceMean",
      about: "axes",
      inputs: [floats([2, 3, 4])],
      attributes: { axes: ints(1, 2), keepdims: int(0) },
    },
    {
      operator: "ReduceL1",
      about: "axes",
      inputs: [floats([2, 3])],
      attributes: { axes: ints(1) },
    },
    {
      operator: "ReduceL2",
      about: "axes",
      inputs: [floats([2, 3])],
      attributes: { axes: ints(1) },
    },
    {
      operator: "ReduceSumSquare",
      about: "axes",
      inputs: [floats([2, 3])],
      attributes: { axes: ints(1) },
    },
    {
      operator: "ReduceLogSum",
      about: "axes",
      inputs: [between([2, 3], 0.5, 2)],
      attributes: { axes: ints(1) },
    },
    {
      operator: "ReduceLogSumExp",
      about: "axes",
      inputs: [floats([2, 3], 2)],
      attributes: { axes: ints(1), keepdims: int(0) },
    },
    { operator: "GlobalAveragePool", about: "planes", inputs: [floats([1, 2, 3, 3])] },
    {
      operator: "AveragePool",
      about: "padding not counted",
      inputs: [floats([1, 2, 5, 5])],
      attributes: { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1), strides: ints(2, 2) },
    },
    {
      operator: "AveragePool",
      about: "padding counted",
      inputs: [floats([1, 1, 5, 4])],
      attributes: { kernel_shape: ints(2, 2), pads: ints(1, 0, 0, 1), count_include_pad: int(1) },
    },
    {
      operator: "AveragePool",
      about: "SAME_UPPER",
      inputs: [floats([1, 1, 5, 4])],
      attributes: { kernel_shape: ints(2, 2), auto_pad: string("SAME_UPPER") },
    },
  ]);
});
