import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exportModel } from "../../../circuits/compiler/export/exportModel.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { readModel } from "../../../circuits/compiler/onnx/readModel.ts";
import { openExport } from "./onnxExecution.ts";
import { Dice, randomInputs, randomModel } from "./randomModel.ts";

async function agrees(model: IntegerModel, dice: Dice, rounds: number): Promise<void> {
  const run = await openExport(model);
  for (let round = 0; round < rounds; round += 1) {
    const inputs = randomInputs(model, dice, round % 2 === 0);
    assert.deepEqual(await run(inputs), interpret(model, inputs));
  }
}

function weightTypes(weight: number): readonly string[] {
  const builder = new IntegerBuilder();
  const source = builder.input({ name: "x", shape: [1, 2], elementType: "uint8" });
  const value = builder.matMul({ source, weights: [weight, 1], bias: [0] });
  builder.output({ name: "y", value, elementType: "int64" });
  const { initializers } = readModel(exportModel(builder.build()));
  return [...initializers.values()].map((tensor) => tensor.elementType);
}

describe("exportModel", () => {
  it("gives the interpreter's integers in onnxruntime, for random models and inputs", async () => {
    const dice = new Dice(20260801);
    for (let count = 0; count < 60; count += 1) {
      await agrees(randomModel(dice, 12), dice, 50);
    }
  });

  it("divides negative numbers towards minus infinity, and rounds ties up", async () => {
    const builder = new IntegerBuilder();
    const source = builder.input({ name: "x", shape: [9], elementType: "int16" });
    const two = builder.constant({ shape: [9], values: Array.from({ length: 9 }, () => 4) });
    const quotient = builder.divide({ numerator: source, denominator: two });
    const rounded = builder.rescale({ source, shift: 2 });
    builder.output({ name: "quotient", value: quotient, elementType: "int16" });
    builder.output({ name: "rounded", value: rounded, elementType: "int16" });
    const run = await openExport(builder.build());
    const inputs = [Float64Array.of(-8, -7, -6, -5, -2, -1, 1, 2, 6)];
    const [divided, scaled] = await run(inputs);
    assert.deepEqual([...(divided ?? [])], [-2, -2, -2, -2, -1, -1, 0, 0, 1]);
    assert.deepEqual([...(scaled ?? [])], [-2, -2, -1, -1, 0, 0, 0, 1, 2]);
  });

  it("clamps integers of more than 32 bits, which onnxruntime's Min and Max get wrong", async () => {
    const builder = new IntegerBuilder();
    const source = builder.input({ name: "x", shape: [8], elementType: "int64" });
    const value = builder.rescale({ source, shift: 0, low: -(2 ** 22), high: 2 ** 22 + 3 });
    builder.output({ name: "y", value, elementType: "int32" });
    const model = builder.build();
    const x = [
      Float64Array.of(4281613074, -4281613074, 2 ** 31, 2 ** 32 - 1, 2 ** 40, -(2 ** 51), 7, 0),
    ];
    assert.deepEqual(await (await openExport(model))(x), interpret(model, x));
  });

  it("stays exact beyond what float32 could sum", async () => {
    const builder = new IntegerBuilder();
    const source = builder.input({ name: "x", shape: [1, 64], elementType: "int32" });
    const dice = new Dice(7);
    const weights = dice.list(64 * 3, -4000, 4000);
    const value = builder.matMul({ source, weights, bias: [1, -2, 2 ** 40] });
    builder.output({ name: "y", value, elementType: "int64" });
    await agrees(builder.build(), dice, 40);
  });

  it("stays exact at the last sum that float32 holds", async () => {
    const weight = 2 ** 9;
    for (const inputs of [128, 129]) {
      const builder = new IntegerBuilder();
      const source = builder.input({ name: "x", shape: [1, inputs], elementType: "uint8" });
      const weights = Array.from({ length: inputs }, () => weight);
      const value = builder.matMul({ source, weights, bias: [-1] });
      builder.output({ name: "y", value, elementType: "int32" });
      const model = builder.build();
      const run = await openExport(model);
      for (const fill of [255, 254, 1]) {
        const x = [new Float64Array(inputs).fill(fill)];
        x[0]?.set([3], 0);
        assert.deepEqual(await run(x), interpret(model, x));
      }
    }
  });

  it("uses float32 for exact sums only", () => {
    assert.deepEqual(weightTypes(65792), ["float32"]);
    assert.deepEqual(weightTypes(65793), ["int64"]);
  });

  it("is the same file for the same model, and one that our own reader accepts", () => {
    const [one, two] = [randomModel(new Dice(3), 20), randomModel(new Dice(3), 20)];
    assert.deepEqual(exportModel(one), exportModel(two));
    assert.equal(readModel(exportModel(one)).opset, 17);
  });
});
