import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { compile } from "../../../circuits/compiler/compile.ts";
import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import {
  decodeInputs,
  encodeOutputs,
  encodePayload,
} from "../../../circuits/compiler/integer/payload.ts";
import { calculateWitness } from "../../../circuits/compiler/witness/calculateWitness.ts";
import { DIGITS_MLP } from "../release/digits.ts";
import { openExport, type Run } from "./onnxExecution.ts";
import { Dice, randomInputs, randomModel } from "./randomModel.ts";

async function agree(model: IntegerModel, run: Run, payload: Uint8Array): Promise<void> {
  const inputs = decodeInputs(model, payload);
  const interpreted = encodeOutputs(model, interpret(model, inputs));
  const { output } = calculateWitness({ model, input: payload, challengeOf: () => 1n });
  assert.deepEqual(encodeOutputs(model, await run(inputs)), interpreted);
  assert.deepEqual(output, interpreted);
}

describe("interpreter, exported ONNX and witness", () => {
  it("agree on random models, at random inputs and at the edges of their ranges", async () => {
    const dice = new Dice(20260802);
    for (let count = 0; count < 50; count += 1) {
      const model = randomModel(dice, 10);
      const run = await openExport(model);
      for (let round = 0; round < 40; round += 1) {
        const inputs = randomInputs(model, dice, round % 2 === 0);
        await agree(model, run, encodePayload(model.inputs, inputs));
      }
    }
  });

  for (const name of ["digits-mlp", "digits-cnn"]) {
    it(`agree on ${name}, for its images and for any bytes`, async () => {
      const folder = path.resolve(DIGITS_MLP, "..", name);
      const { model } = await compiled(folder);
      const run = await openExport(model);
      const images = JSON.parse(await readFile(path.join(folder, "heldout.json"), "utf8")) as {
        input: number[];
      }[];
      for (const { input } of images) await agree(model, run, Uint8Array.from(input));
      const dice = new Dice(5);
      for (let round = 0; round < 200; round += 1) {
        const edges = dice.pick([
          [0, 255],
          [0, 16, 17],
          [127, 128, 255, 1],
        ]);
        const isEdge = round % 2 === 0;
        const payload = new Uint8Array(64).map(() =>
          isEdge ? dice.pick(edges) : dice.between(0, 255),
        );
        await agree(model, run, payload);
      }
    });
  }
});

async function compiled(folder: string) {
  const read = (name: string) => readFile(path.join(folder, name));
  const samples = JSON.parse((await read("samples.json")).toString()) as number[][][];
  const description = JSON.parse((await read("model.json")).toString()) as {
    input: { elementType: "uint8"; fractionBits: number };
  };
  return compile({ onnx: await read("model.onnx"), samples, input: [description.input] });
}
