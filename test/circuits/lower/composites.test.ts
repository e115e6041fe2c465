import { describe } from "node:test";
import { attributes } from "../onnx/buildModel.ts";
import { asConstant, checkOperators, constant, floats, whole } from "./operatorCase.ts";

const { int, ints, string } = attributes;
const ties = { shape: [2, 6], data: [1, 3, 3, 0, -1, 2, -1, -1, -2, 5, 4, 5] };

describe("TopK", () => {
  const outputs = ["float32" as const, "int64" as const];
  checkOperators([
    {
      operator: "TopK",
      about: "largest, ties by position",
      inputs: [ties, constant([1], [4], "int64")],
      outputs,
    },
    {
      operator: "TopK",
      about: "smallest, first axis",
      inputs: [floats([5, 3]), constant([1], [2], "int64")],
      attributes: { axis: int(0), largest: int(0) },
      outputs,
    },
    {
      operator: "TopK",
      about: "everything",
      inputs: [floats([7]), constant([1], [7], "int64")],
      outputs,
    },
  ]);
});

describe("Einsum", () => {
  const of = (equation: string, ...inputs: ReturnType<typeof floats>[]) => ({
    operator: "Einsum",
    about: equation,
    inputs,
    attributes: { equation: string(equation) },
  });
  checkOperators([
    of("ij,jk->ik", floats([2, 3]), asConstant(floats([3, 4], 1, 2))),
    of("bhid,bhjd->bhij", floats([1, 2, 3, 4]), floats([1, 2, 2, 4], 1, 2)),
    of("bij,b->ji", floats([2, 3, 4]), floats([2], 1, 2)),
    of("ij->ji", floats([2, 3])),
    of("ijk->k", floats([2, 3, 2])),
    of("ij,jk", floats([2, 3]), floats([3, 2], 1, 2)),
  ]);
});

describe("quantized operators", () => {
  const zero = (type: "uint8" | "int8", value: number) => constant([], [value], type);
  checkOperators([
    {
      operator: "QuantizeLinear",
      about: "uint8",
      inputs: [floats([2, 3], 4), constant([], [0.05]), zero("uint8", 100)],
      outputs: ["uint8"],
      tolerance: 0.005,
    },
    {
      operator: "DequantizeLinear",
      about: "per axis",
      inputs: [
        whole([2, 3], -100, 100, "int8"),
        constant([3], [0.5, 0.25, 2]),
        constant([3], [1, 2, 3], "int8"),
      ],
      attributes: { axis: int(1) },
      outputs: ["float32"],
    },
    {
      operator: "MatMulInteger",
      about: "zero points",
      inputs: [
        whole([2, 3], 0, 255, "uint8"),
        asConstant(whole([3, 2], -9, 9, "int8")),
        zero("uint8", 7),
        zero("int8", -1),
      ],
      outputs: ["int32"],
      tolerance: 0,
    },
    {
      operator: "ConvInteger",
      about: "pads",
      inputs: [
        whole([1, 1, 3, 3], 0, 255, "uint8"),
        asConstant(whole([2, 1, 2, 2], 0, 9, "uint8")),
      ],
      attributes: { pads: ints(1, 1, 0, 0) },
      outputs: ["int32"],
      tolerance: 0,
    },
    {
      operator: "LpPool",
      about: "p 2",
      inputs: [floats([1, 1, 4, 4])],
      attributes: { kernel_shape: ints(2, 2), pads: ints(1, 0, 0, 0) },
    },
    {
      operator: "GlobalLpPool",
      about: "p 1",
      inputs: [floats([1, 2, 3, 3])],
      attributes: { p: int(1) },
    },
  ]);
});
