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
} from "./operatorCase.ts";

const { int, ints, float, string } = attributes;
const weights = (shape: number[], seed = 3) => asConstant(floats(shape, 0.5, seed));

describe("matrix products", () => {
  checkOperators([
    { operator: "MatMul", about: "constant right", inputs: [floats([2, 3]), weights([3, 4])] },
    { operator: "MatMul", about: "constant left", inputs: [weights([2, 3]), floats([3, 4])] },
    { operator: "MatMul", about: "both private", inputs: [floats([2, 3]), floats([3, 4], 1, 2)] },
    {
      operator: "MatMul",
      about: "batches broadcast",
      inputs: [floats([2, 1, 2, 3]), floats([4, 3, 2], 1, 2)],
    },
    { operator: "MatMul", about: "vectors", inputs: [floats([4]), weights([4])] },
    {
      operator: "MatMul",
      about: "vector times batches",
      inputs: [floats([3]), weights([2, 3, 4])],
    },
    {
      operator: "MatMul",
      about: "whole numbers",
      inputs: [whole([2, 3], -9, 9, "int32"), constant([3, 2], [1, -2, 3, 4, 0, 5], "int32")],
      tolerance: 0,
    },
    {
      operator: "Gemm",
      about: "alpha, beta, both transposed",
      inputs: [floats([3, 2]), weights([4, 3]), weights([4], 5)],
      attributes: { alpha: float(0.5), beta: float(2), transA: int(1), transB: int(1) },
    },
    { operator: "Gemm", about: "no bias", inputs: [floats([2, 3]), weights([3, 4])] },
    {
      operator: "Gemm",
      about: "everything private",
      inputs: [floats([2, 3]), floats([3, 2], 1, 2), floats([2], 1, 4)],
    },
  ]);
});

describe("convolutions", () => {
  checkOperators([
    {
      operator: "Conv",
      about: "two dimensions, strides, dilations, uneven pads",
      inputs: [floats([1, 2, 7, 6]), weights([3, 2, 3, 2]), weights([3], 5)],
      attributes: { strides: ints(2, 1), dilations: ints(1, 2), pads: ints(1, 0, 2, 1) },
    },
    {
      operator: "Conv",
      about: "groups",
      inputs: [floats([1, 4, 5, 5]), weights([6, 2, 3, 3])],
      attributes: { group: int(2) },
    },
    {
      operator: "Conv",
      about: "depthwise, batch of 2",
      inputs: [floats([2, 3, 4, 4]), weights([3, 1, 3, 3])],
      attributes: { group: int(3), pads: ints(1, 1, 1, 1) },
    },
    {
      operator: "Conv",
      about: "one dimension, SAME_UPPER",
      inputs: [floats([1, 2, 6]), weights([2, 2, 4])],
      attributes: { auto_pad: string("SAME_UPPER"), strides: ints(2) },
    },
    {
      operator: "Conv",
      about: "SAME_LOWER",
      inputs: [floats([1, 1, 5, 5]), weights([1, 1, 2, 2])],
      attributes: { auto_pad: string("SAME_LOWER") },
    },
    {
      operator: "Conv",
      about: "three dimensions",
      inputs: [floats([1, 1, 3, 3, 3]), weights([2, 1, 2, 2, 2])],
    },
    {
      operator: "ConvTranspose",
      about: "strides, pads, output padding",
      inputs: [floats([1, 2, 3, 4]), weights([2, 3, 3, 3]), weights([3], 5)],
      attributes: { strides: ints(2, 2), pads: ints(1, 0, 1, 1), output_padding: ints(1, 1) },
    },
    {
      operator: "ConvTranspose",
      about: "groups and dilations",
      inputs: [floats([1, 4, 3]), weights([4, 1, 2])],
      attributes: { group: int(2), dilations: ints(2) },
    },
    {
      operator: "ConvTranspose",
      about: "output shape",
      inputs: [floats([1, 1, 3, 3]), weights([1, 1, 3, 3])],
      attributes: { strides: ints(2, 2), output_shape: ints(6, 6) },
    },
  ]);
});

describe("arithmetic", () => {
  const pair = [floats([2, 3]), floats([3], 2, 2)];
  const positive = between([2, 3], 0.5, 2, 4);
  checkOperators([
    { operator: "Add", about: "broadcast", inputs: pair },
    { operator: "Add", about: "constant", inputs: [floats([2, 3]), weights([2, 1])] },
    { operator: "Sub", about: "broadcast", inputs: pair },
    { operator: "Sub", about: "from a constant", inputs: [constant([], [1]), floats([4])] },
    { operator: "Mul", about: "both private", inputs: pair },
    { operator: "Mul", about: "per channel constant", inputs: [floats([2, 3]), weights([3])] },
    { operator: "Div", about: "by a constant", inputs: [floats([4]), constant([], [3])] },
    { operator: "Div", about: "both private", inputs: [floats([2, 3]), positive] },
    {
      operator: "Div",
      about: "negative divisor",
      inputs: [floats([2, 3]), between([2, 3], -2, -0.5, 4)],
    },
    { operator: "Div", about: "of a constant", inputs: [constant([], [1]), positive] },
    {
      operator: "Div",
      about: "whole numbers go towards zero",
      inputs: [whole([2, 4], -50, 50, "int32"), constant([1], [-7], "int32")],
      tolerance: 0,
    },
    { operator: "Neg", about: "floats", inputs: [floats([4])] },
    { operator: "Sum", about: "three inputs", inputs: [...pair, weights([2, 3], 9)] },
    { operator: "Mean", about: "three inputs", inputs: [...pair, weights([2, 3], 9)] },
    {
      operator: "BatchNormalization",
      about: "inference",
      inputs: [
        floats([2, 3, 2]),
        weights([3]),
        weights([3], 4),
        weights([3], 5),
        asConstant(between([3], 0.5, 2, 6)),
      ],
      attributes: { epsilon: float(0.01) },
    },
    {
      operator: "CumSum",
      about: "reverse and exclusive",
      inputs: [floats([2, 4]), constant([], [1], "int64")],
      attributes: { reverse: int(1), exclusive: int(1) },
    },
  ]);
});

describe("resizing", () => {
  checkOperators([
    {
      operator: "Resize",
      about: "nearest by scales",
      inputs: [floats([1, 1, 2, 3]), null, constant([4], [1, 1, 2, 2])],
      attributes: { mode: string("nearest"), coordinate_transformation_mode: string("asymmetric") },
    },
    {
      operator: "Resize",
      about: "nearest, half pixel, down",
      inputs: [floats([1, 1, 6, 5]), null, null, list(1, 1, 3, 4)],
      attributes: { mode: string("nearest") },
    },
    {
      operator: "Resize",
      about: "linear",
      inputs: [floats([1, 1, 3, 3]), null, constant([4], [1, 1, 2, 1.5])],
      attributes: { mode: string("linear") },
    },
    {
      operator: "Resize",
      about: "linear, align corners",
      inputs: [floats([1, 2, 3, 3]), null, null, list(1, 2, 5, 4)],
      attributes: {
        mode: string("linear"),
        coordinate_transformation_mode: string("align_corners"),
      },
    },
    {
      operator: "Upsample",
      about: "nearest",
      opset: 9,
      inputs: [floats([1, 1, 2, 2]), constant([4], [1, 1, 2, 3])],
    },
  ]);
});
