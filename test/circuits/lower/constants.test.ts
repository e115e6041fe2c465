import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compile } from "../../../circuits/compiler/compile.ts";
import { dequantizeValues, quantizeValues } from "../../../circuits/compiler/compareWithFloat.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { attributes, buildModel, type TestNode } from "../onnx/buildModel.ts";
import { ortReference } from "./ortReference.ts";

const { int, float } = attributes;

/** y = x · what the nodes make (called c), which must fold away. */
async function check(nodes: readonly TestNode[], shape: readonly number[] = [1, 4]): Promise<void> {
  const onnx = buildModel({
    nodes: [...nodes, { operator: "Mul", inputs: ["x", "c"], outputs: ["y"] }],
    inputs: [{ name: "x", shape }],
    outputs: [{ name: "y", shape: ["?"] }],
    constants: [
      { name: "four", elementType: "int64", shape: [], data: [4] },
      { name: "shape", elementType: "int64", shape: [1], data: [4] },
      { name: "one", elementType: "int64", shape: [], data: [1] },
      { name: "flags", shape: [5], data: [0, 2, 0, 1, 5] },
    ],
  });
  const size = shape.reduce((product, each) => product * each, 1);
  const data = Float64Array.from({ length: size }, (_, i) => (i + 1) / 4);
  const [right] = await ortReference(onnx, [{ name: "x", elementType: "float32", shape, data }]);
  const { model, schema } = compile({ onnx, samples: [[[...data]]] });
  assert.ok(model.operations.length <= 4, model.operations.map(({ kind }) => kind).join());
  const [input] = schema.inputs;
  assert.ok(input !== undefined && right !== undefined);
  const [output] = interpret(model, [quantizeValues(data, input)]);
  const reals = dequantizeValues(output ?? [], schema.outputs[0]?.fractionBits ?? 0);
  right.forEach((value, i) => assert.ok(Math.abs((reals[i] ?? NaN) - value) <= 2e-3, `${i}`));
}

const node = (operator: string, inputs: string[], output: string, extra = {}): TestNode => ({
  operator,
  inputs,
  outputs: [output],
  ...extra,
});
const toFloat = (input: string): TestNode =>
  node("Cast", [input], "c", { attributes: { to: int(1) } });

describe("operators that make constants", () => {
  for (const operator of ["HannWindow", "HammingWindow", "BlackmanWindow"]) {
    it(operator, () => check([node(operator, ["four"], "c")]));
    it(`${operator}, symmetric`, () =>
      check([node(operator, ["four"], "c", { attributes: { periodic: int(0) } })]));
  }
  it("Constant", () =>
    check([node("Constant", [], "c", { attributes: { value_float: float(0.75) } })]));
  it("ConstantOfShape", () => check([node("ConstantOfShape", ["shape"], "c")]));
  it("Range", () => check([node("Range", ["one", "four", "one"], "r"), toFloat("r")], [1, 3]));
  it("Shape", () => check([node("Shape", ["x"], "s"), toFloat("s")], [2, 2]));
  it("Size", () => check([node("Size", ["x"], "s"), toFloat("s")]));
  it("NonZero", () => check([node("NonZero", ["flags"], "n"), toFloat("n")], [1, 3]));
  it("EyeLike", () => check([node("EyeLike", ["x"], "c", { attributes: { k: int(1) } })], [2, 3]));
});
