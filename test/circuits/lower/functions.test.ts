import { describe } from "node:test";
import { attributes } from "../onnx/buildModel.ts";
import {
  between,
  checkOperators,
  constant,
  floats,
  whole,
  type OperatorCase,
} from "./operatorCase.ts";

const { int, float, string } = attributes;
const two = floats([16], 2);
const inside = floats([16], 0.95);
const positive = between([16], 0.05, 4);
const of = (operator: string, input = two, extra: Partial<OperatorCase> = {}): OperatorCase => ({
  operator,
  about: "table",
  inputs: [input],
  ...extra,
});

describe("functions by table", () => {
  checkOperators([
    of("Sigmoid", floats([16], 6)),
    of("Tanh"),
    of("Exp"),
    of("Log", positive),
    of("Sqrt", positive),
    of("Reciprocal", positive),
    of("Erf"),
    of("Softplus", floats([16], 5)),
    of("Softsign"),
    of("Elu", two, { attributes: { alpha: float(0.5) } }),
    of("Celu", two, { attributes: { alpha: float(1.5) } }),
    of("Selu"),
    of("Gelu", two, { opset: 20 }),
    of("Gelu", two, { opset: 20, about: "by tanh", attributes: { approximate: string("tanh") } }),
    of("Mish", two, { opset: 18 }),
    of("HardSwish", floats([16], 4)),
    of("Shrink", two, { attributes: { lambd: float(0.5), bias: float(0.25) }, tolerance: 0.02 }),
    of("Sin"),
    of("Cos"),
    of("Tan", floats([16], 1)),
    of("Asin", inside),
    of("Acos", inside),
    of("Atan"),
    of("Sinh"),
    of("Cosh"),
    of("Asinh"),
    of("Acosh", between([16], 1.05, 4)),
    of("Atanh", inside, { tolerance: 0.01 }),
  ]);
});

describe("powers", () => {
  const power = (exponent: number, input = positive): OperatorCase => ({
    operator: "Pow",
    about: `to ${exponent}`,
    inputs: [input, constant([], [exponent])],
  });
  checkOperators([
    ...[0, 1, 2, 3].map((exponent) => power(exponent, floats([6], 2))),
    power(0.5),
    power(-0.5),
    power(2.5),
    { operator: "Pow", about: "of a constant", inputs: [constant([], [1.7]), floats([6], 2)] },
    {
      operator: "Pow",
      about: "whole numbers",
      inputs: [whole([6], -5, 5, "int32"), constant([], [2], "int32")],
      tolerance: 0,
    },
  ]);
});

describe("softmax", () => {
  checkOperators([
    { operator: "Softmax", about: "last axis", inputs: [floats([2, 5], 3)] },
    {
      operator: "Softmax",
      about: "axis 1 of 3",
      inputs: [floats([2, 3, 2], 3)],
      attributes: { axis: int(1) },
    },
    {
      operator: "Softmax",
      about: "flattened before opset 13",
      opset: 11,
      inputs: [floats([2, 3, 2], 3)],
    },
    { operator: "LogSoftmax", about: "last axis", inputs: [floats([2, 5], 3)] },
    {
      operator: "Hardmax",
      about: "axis 0",
      inputs: [floats([4, 3])],
      attributes: { axis: int(0) },
      tolerance: 0,
    },
  ]);
});

describe("rounding and conversion", () => {
  const values = { shape: [8], data: [-2.5, -1.5, -0.75, 0, 0.5, 1.5, 2.25, 3] };
  const to = (type: number) => ({ to: int(type) });
  checkOperators([
    of("Floor", values, { tolerance: 0 }),
    of("Ceil", values, { tolerance: 0 }),
    of("Round", values, { about: "halves to even", tolerance: 0 }),
    of("Cast", values, {
      about: "to int64, towards zero",
      attributes: to(7),
      outputs: ["int64"],
      tolerance: 0,
    }),
    of("Cast", values, { about: "to bool", attributes: to(9), outputs: ["bool"], tolerance: 0 }),
    of("Cast", values, { about: "to float64", attributes: to(11), outputs: ["float64"] }),
    of("Cast", whole([6], -9, 9), {
      about: "from int64",
      attributes: to(1),
      outputs: ["float32"],
      tolerance: 0,
    }),
    {
      operator: "Mod",
      about: "whole numbers, sign of the divisor",
      inputs: [whole([8], -9, 9), constant([], [4], "int64")],
      tolerance: 0,
    },
    {
      operator: "Mod",
      about: "negative divisor",
      inputs: [whole([8], -9, 9), constant([], [-4], "int64")],
      tolerance: 0,
    },
    {
      operator: "Mod",
      about: "fmod of floats",
      inputs: [values, constant([], [1.25])],
      attributes: { fmod: int(1) },
      tolerance: 0.01,
    },
    {
      operator: "BitShift",
      about: "right",
      inputs: [whole([8], 0, 200, "uint8"), constant([8], [0, 1, 2, 3, 4, 5, 6, 7], "uint8")],
      attributes: { direction: string("RIGHT") },
      tolerance: 0,
    },
  ]);
});
