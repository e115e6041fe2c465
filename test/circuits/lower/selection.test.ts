import { describe } from "node:test";
import { attributes } from "../onnx/buildModel.ts";
import { asConstant, checkOperators, constant, floats, type CaseInput } from "./operatorCase.ts";

const { int, string } = attributes;
const indices = (shape: number[], data: number[]): CaseInput => ({
  shape,
  data,
  elementType: "int64",
});
const both = (input: CaseInput, check: (index: CaseInput, about: string) => void): void => {
  check(asConstant(input), "constant indices");
  check(input, "private indices");
};

describe("gather", () => {
  both(indices([2, 2], [0, -1, 1, 1]), (index, about) => {
    checkOperators([
      { operator: "Gather", about: `${about}, axis 0`, inputs: [floats([3, 2]), index] },
      {
        operator: "Gather",
        about: `${about}, axis 1`,
        inputs: [floats([2, 3, 2]), index],
        attributes: { axis: int(1) },
      },
      {
        operator: "GatherElements",
        about,
        inputs: [floats([2, 3]), index],
        attributes: { axis: int(1) },
      },
      { operator: "GatherND", about: `${about}, tuples`, inputs: [floats([2, 3, 2]), index] },
      {
        operator: "GatherND",
        about: `${about}, batched`,
        inputs: [floats([2, 2, 3]), { ...index, shape: [2, 1, 2], data: [0, 2, 1, -1] }],
        attributes: { batch_dims: int(1) },
      },
    ]);
  });
  checkOperators([
    {
      operator: "Gather",
      about: "rows of a constant table",
      inputs: [asConstant(floats([5, 3])), indices([3], [4, 0, 2])],
    },
  ]);
});

describe("scatter", () => {
  both(indices([2, 2], [1, 0, 2, -1]), (index, about) => {
    checkOperators([
      {
        operator: "ScatterElements",
        about,
        inputs: [floats([2, 3]), { ...index, data: [1, 0, 2, -2] }, floats([2, 2], 1, 4)],
        attributes: { axis: int(1) },
      },
    ]);
  });
  checkOperators([
    {
      operator: "ScatterElements",
      about: "add",
      opset: 16,
      inputs: [floats([3, 3]), constant([1, 3], [0, 2, 1], "int64"), floats([1, 3], 1, 4)],
      attributes: { reduction: string("add") },
    },
    {
      operator: "ScatterND",
      about: "rows",
      inputs: [floats([4, 2]), constant([2, 1], [3, 0], "int64"), floats([2, 2], 1, 4)],
    },
  ]);
});

describe("one-hot", () => {
  const values = constant([2], [-1, 2]);
  const depth = constant([], [4], "int64");
  checkOperators([
    {
      operator: "OneHot",
      about: "indices inside, negative and outside",
      inputs: [indices([4], [0, 3, -1, 7]), depth, values],
      outputs: ["float32"],
      tolerance: 0,
    },
    {
      operator: "OneHot",
      about: "axis 0",
      inputs: [indices([2, 2], [0, 3, 1, 2]), depth, values],
      attributes: { axis: int(0) },
      outputs: ["float32"],
      tolerance: 0,
    },
  ]);
});
