import { describe } from "node:test";
import { attributes } from "../onnx/buildModel.ts";
import { checkOperators, constant, floats, list, whole } from "./operatorCase.ts";

const { int, ints, string, float } = attributes;
const exact = { tolerance: 1e-3 };

describe("shape operators", () => {
  checkOperators([
    { operator: "Identity", about: "floats", inputs: [floats([2, 3])], ...exact },
    { operator: "Dropout", about: "inference", inputs: [floats([2, 3])], ...exact },
    { operator: "Reshape", about: "0 and −1", inputs: [floats([2, 3, 4]), list(0, -1)], ...exact },
    {
      operator: "Flatten",
      about: "axis −1",
      inputs: [floats([2, 3, 4])],
      attributes: { axis: int(-1) },
      ...exact,
    },
    {
      operator: "Squeeze",
      about: "axes as input",
      inputs: [floats([1, 3, 1]), list(-1)],
      ...exact,
    },
    {
      operator: "Squeeze",
      about: "axes as attribute",
      opset: 11,
      inputs: [floats([1, 3, 1])],
      attributes: { axes: ints(0) },
      ...exact,
    },
    { operator: "Squeeze", about: "all", inputs: [floats([1, 3, 1])], ...exact },
    { operator: "Unsqueeze", about: "two axes", inputs: [floats([3]), list(0, -1)], ...exact },
    {
      operator: "Transpose",
      about: "perm",
      inputs: [floats([2, 3, 4])],
      attributes: { perm: ints(2, 0, 1) },
      ...exact,
    },
    { operator: "Transpose", about: "reversed", inputs: [floats([2, 3, 4])], ...exact },
    { operator: "Expand", about: "both ways", inputs: [floats([3, 1]), list(2, 1, 4)], ...exact },
    { operator: "Tile", about: "two axes", inputs: [floats([2, 3]), list(2, 3)], ...exact },
    {
      operator: "DepthToSpace",
      about: "DCR",
      inputs: [floats([1, 8, 2, 3])],
      attributes: { blocksize: int(2) },
      ...exact,
    },
    {
      operator: "DepthToSpace",
      about: "CRD",
      inputs: [floats([1, 8, 2, 3])],
      attributes: { blocksize: int(2), mode: string("CRD") },
      ...exact,
    },
    {
      operator: "SpaceToDepth",
      about: "block 2",
      inputs: [floats([1, 2, 4, 6])],
      attributes: { blocksize: int(2) },
      ...exact,
    },
  ]);
});

describe("cutting and joining", () => {
  checkOperators([
    {
      operator: "Slice",
      about: "negative step",
      inputs: [floats([4, 5]), list(-1, 4), list(-100, 0), list(0, 1), list(-2, -1)],
      ...exact,
    },
    {
      operator: "Slice",
      about: "attributes",
      opset: 9,
      inputs: [floats([4, 5])],
      attributes: { starts: ints(1), ends: ints(1000), axes: ints(1) },
      ...exact,
    },
    {
      operator: "Split",
      about: "sizes",
      inputs: [floats([2, 6]), list(1, 2, 3)],
      attributes: { axis: int(1) },
      outputs: ["float32", "float32", "float32"],
      ...exact,
    },
    {
      operator: "Split",
      about: "equal parts",
      inputs: [floats([2, 6])],
      attributes: { axis: int(-1) },
      outputs: ["float32", "float32"],
      ...exact,
    },
    {
      operator: "Split",
      about: "uneven parts by num_outputs",
      opset: 18,
      inputs: [floats([7])],
      attributes: { num_outputs: int(3) },
      outputs: ["float32", "float32", "float32"],
      ...exact,
    },
    {
      operator: "Concat",
      about: "with a constant",
      inputs: [floats([2, 3]), constant([2, 1], [0.5, -0.25]), floats([2, 2], 1, 5)],
      attributes: { axis: int(1) },
      ...exact,
    },
    {
      operator: "Pad",
      about: "constant value",
      inputs: [floats([2, 3]), list(1, 0, 0, 2), constant([], [0.75])],
      ...exact,
    },
    {
      operator: "Pad",
      about: "negative pads",
      inputs: [floats([3, 4]), list(-1, 0, 0, -2)],
      ...exact,
    },
    {
      operator: "Pad",
      about: "reflect",
      inputs: [floats([3, 4]), list(1, 2, 2, 3)],
      attributes: { mode: string("reflect") },
      ...exact,
    },
    {
      operator: "Pad",
      about: "edge, as attributes",
      opset: 9,
      inputs: [floats([3, 4])],
      attributes: { mode: string("edge"), pads: ints(1, 2, 0, 3), value: float(0) },
      ...exact,
    },
    {
      operator: "Trilu",
      about: "lower with k",
      inputs: [floats([2, 3, 4]), constant([], [1], "int64")],
      attributes: { upper: int(0) },
      ...exact,
    },
    {
      operator: "ReverseSequence",
      about: "lengths",
      inputs: [floats([4, 2]), list(3, 1)],
      attributes: { time_axis: int(0), batch_axis: int(1) },
      ...exact,
    },
    {
      operator: "Transpose",
      about: "whole numbers",
      inputs: [whole([2, 3], -100, 100)],
      tolerance: 0,
    },
  ]);
});
