import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runConformance } from "../../../circuits/compiler/conformance/runConformance.ts";
import { buildModel, type TestModel } from "../onnx/buildModel.ts";
import { ortReference } from "../lower/ortReference.ts";

const model = (operator: string): TestModel => ({
  nodes: [{ operator, inputs: ["x"], outputs: ["y"], name: "node" }],
  inputs: [{ name: "x", shape: ["batch", 4] }],
  outputs: [{ name: "y", shape: ["batch", 4] }],
});
const input = { input_data: [[0.5, -1, 2, 0.25]] };

describe("runConformance", () => {
  let directory = "";

  const add = async (name: string, file: Uint8Array, json: object): Promise<void> => {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, "network.onnx"), file);
    await writeFile(join(directory, name, "input.json"), JSON.stringify(json));
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "conformance-"));
    await add("relu", buildModel(model("Relu")), input);
    await add("damaged", Uint8Array.of(1, 2, 3), input);
    await add("unknown", buildModel(model("Frobnicate")), input);
    await add("short", buildModel(model("Relu")), { input_data: [[1]] });
  });
  after(() => rm(directory, { recursive: true }));

  const run = (extra: object = {}) =>
    runConformance({ directory, reference: ortReference, ...extra });

  it("counts what compiled, is exact and is accurate, and says why not", async () => {
    const report = await run();
    assert.deepEqual([report.total, report.compiled, report.exact, report.accurate], [4, 1, 1, 1]);
    assert.deepEqual(
      report.failures.map(({ name, stage, reason }) => [name, stage, reason.split(":")[0]]),
      [
        ["damaged", "compile", "NotProtobuf"],
        ["short", "compile", "SampleInvalid"],
        ["unknown", "compile", "OperatorUnknown"],
      ],
    );
  });

  it("does not build circuits past the limit", async () => {
    const { failures, exact } = await run({ only: ["relu"], rowLimit: 10 });
    assert.equal(exact, 0);
    assert.equal(failures[0]?.stage, "size");
    assert.match(failures[0]?.reason ?? "", /rows, the limit is 10/);
  });

  it("says what is wrong with a model's files, and takes no other files for models", async (t) => {
    const odd = await mkdtemp(join(tmpdir(), "conformance-odd-"));
    t.after(() => rm(odd, { recursive: true }));
    await writeFile(join(odd, "notes.txt"), "no model");
    const given: readonly (readonly [string, string | null])[] = [
      ["extra", JSON.stringify({ ...input, note: "ours" })],
      ["inputless", null],
      ["nan", '{"input_data":[[NaN]]}'],
      ["text", '{"input_data":"x"}'],
    ];
    for (const [name, json] of given) {
      await mkdir(join(odd, name));
      await writeFile(join(odd, name, "network.onnx"), buildModel(model("Relu")));
      if (json !== null) await writeFile(join(odd, name, "input.json"), json);
    }
    await mkdir(join(odd, "weird", "network.onnx"), { recursive: true });
    const { exact, failures } = await run({ directory: odd });
    assert.equal(exact, 1);
    assert.deepEqual(
      failures.map(({ name, reason }) => `${name}: ${reason}`),
      [
        "inputless: input.json is missing",
        "nan: input.json is no JSON",
        "text: input.json: input_data Invalid input: expected array, received string",
        "weird: network.onnx cannot be read",
      ],
    );
  });

  it("goes on to the next model when a check breaks", async () => {
    const reference = async () => null as never;
    const { exact, failures } = await run({ only: ["relu", "short"], reference });
    assert.equal(exact, 1);
    assert.deepEqual(
      failures.map(({ name, stage }) => `${name} ${stage}`),
      ["relu accurate", "short compile"],
    );
  });

  it("notices integers that are far from the reference", async () => {
    const reference = async (): Promise<Float64Array[]> => [Float64Array.of(9, 9, 9, 9)];
    const { failures, accurate } = await run({ only: ["relu"], reference });
    assert.equal(accurate, 0);
    assert.equal(failures[0]?.stage, "accurate");
  });

  it("falls back to the suite's outputs, and to our own floats where those contradict the model", async () => {
    const refuse = async (): Promise<never> => Promise.reject(new Error("refused"));
    await add("listed", buildModel(model("Relu")), { ...input, output_data: [[0.5, 0, 2, 0.25]] });
    await add("stale", buildModel(model("Relu")), { ...input, output_data: [[5, 5, 5, 5]] });
    const { models } = await run({ only: ["listed", "stale"], reference: refuse });
    assert.deepEqual(
      models.map(({ name, reference, accurate }) => [name, reference, accurate]),
      [
        ["listed", "output_data", true],
        ["stale", "float evaluation", true],
      ],
    );
  });
});
