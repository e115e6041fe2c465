import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bindGraph } from "../../../circuits/compiler/graph/bindGraph.ts";
import { findEvaluate } from "../../../circuits/compiler/lower/registry.ts";
import { readModel } from "../../../circuits/compiler/onnx/readModel.ts";
import { calibrate } from "../../../circuits/compiler/quantize/calibrate.ts";
import { inputFormatOf } from "../../../circuits/compiler/quantize/inputFormat.ts";
import { buildModel } from "../onnx/buildModel.ts";

const graph = bindGraph(
  readModel(
    buildModel({
      nodes: [
        { operator: "Neg", inputs: ["x"], outputs: ["n"] },
        { operator: "Sub", inputs: ["n", "zero"], outputs: ["y"] },
        { operator: "Neg", inputs: ["y"], outputs: ["z"] },
      ],
      inputs: [{ name: "x", shape: [1, 3] }],
      outputs: [{ name: "z", shape: [1, 3] }],
      constants: [{ name: "zero", shape: [], data: [0] }],
    }),
  ),
);

/** The range of y = −x. */
function rangeOf(...samples: number[][]) {
  return factsOf(...samples).get("y")?.range;
}

function factsOf(...samples: number[][]) {
  const feeds = samples.map((data) => [
    { elementType: "float32" as const, shape: [1, 3], data: Float64Array.from(data) },
  ]);
  return calibrate({ graph, samples: feeds, find: findEvaluate }).facts;
}

describe("calibrate", () => {
  it("keeps the range over all samples", () => {
    assert.deepEqual(rangeOf([1, 2, 3], [-5, 0, 0]), { low: -3, high: 5 });
  });

  it("counts neither infinities nor masks far below everything else", () => {
    assert.deepEqual(rangeOf([1, 2, Infinity]), { low: -2, high: -1 });
    assert.deepEqual(rangeOf([1, 2, 1e9]), { low: -2, high: -1 });
  });

  it("counts large values where they are no masks", () => {
    assert.deepEqual(rangeOf([900, 2, 20000]), { low: -20000, high: -2 });
    assert.deepEqual(rangeOf([1, 2, 5000]), { low: -5000, high: -1 });
    const facts = factsOf([1, 2, -1e9]);
    assert.equal(facts.get("x")?.range.low, -1e9);
    assert.deepEqual(factsOf([1, 2, 1e9]).get("n")?.range, { low: -1e9, high: -1 });
  });
});

describe("inputFormatOf", () => {
  const input = (elementType: "float32" | "bool" | "int64" | "uint8") => ({
    name: "x",
    elementType,
    shape: [1],
  });

  it("gives floats an int16 with twice the room the samples take", () => {
    const format = inputFormatOf(input("float32"), { low: -3, high: 1 }, undefined);
    assert.equal(format.elementType, "int16");
    assert.ok(32767 * 2 ** -format.fractionBits >= 6);
  });

  it("gives integers and booleans their own range", () => {
    const range = { low: 0, high: 1 };
    assert.deepEqual(inputFormatOf(input("bool"), range, undefined), {
      elementType: "uint8",
      fractionBits: 0,
      low: 0,
      high: 1,
    });
    assert.equal(inputFormatOf(input("uint8"), range, undefined).high, 255);
    assert.equal(inputFormatOf(input("int64"), range, undefined).elementType, "int64");
  });
});
