import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { exportModel } from "../../../circuits/compiler/export/exportModel.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { parseModel } from "../../../circuits/compiler/integer/modelFile.ts";
import {
  decodeInputs,
  encodeOutputs,
  encodePayload,
} from "../../../circuits/compiler/integer/payload.ts";
import { calculateWitness } from "../../../circuits/compiler/witness/calculateWitness.ts";
import { buildRelease } from "../../../circuits/release/buildRelease.ts";
import { readModelFolder } from "../../../circuits/release/modelFolder.ts";
import { ReleaseError } from "../../../circuits/release/releaseError.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { openExport } from "../export/onnxExecution.ts";
import { Dice } from "../export/randomModel.ts";

const VOLATILITY = path.resolve(import.meta.dirname, "../../../models/volatility");
const DAYS = 20;

const directory = await temporary();
const store = new LocalStore(path.join(directory, "store"));
const release = await build(VOLATILITY);
const { manifest } = release;
const model = parseModel(await store.get(manifest.artefacts.integerModel.cid));
const folder = await readModelFolder(VOLATILITY);

async function temporary(): Promise<string> {
  const created = await mkdtemp(path.join(tmpdir(), "assay-volatility-"));
  after(() => rm(created, { recursive: true }));
  return created;
}

function build(modelDirectory: string) {
  return buildRelease({ modelDirectory, store, cacheDirectory: path.join(directory, "keys") });
}

function payloadOf(returns: readonly number[]): Uint8Array {
  return encodePayload(model.inputs, [Float64Array.from(returns)]);
}

/** Percent a year. */
function forecast(returns: readonly number[]): number {
  const [output] = interpret(model, decodeInputs(model, payloadOf(returns)));
  return (output?.[0] ?? NaN) / 32;
}

describe("the release of models/volatility", () => {
  it("takes 20 int16 in basis points and gives one int16 in 1/32 of a percent", () => {
    assert.deepEqual(manifest.inputs, [
      { name: "returns", shape: [1, DAYS], elementType: "int16", fractionBits: 0 },
    ]);
    assert.deepEqual(manifest.outputs, [
      { name: "volatility", shape: [1, 1], elementType: "int16", fractionBits: 5 },
    ]);
    assert.deepEqual([manifest.inputLength, manifest.outputLength], [2 * DAYS, 2]);
  });

  it("stays within a domain of 2^11 rows", () => {
    assert.equal(manifest.circuit.rows, 1439);
    assert.equal(manifest.circuit.domainSize, 2 ** 11);
  });

  it("gives the same bytes interpreted, as exported ONNX and in the circuit", async () => {
    const { runtimeModel } = manifest.artefacts;
    assert(runtimeModel !== null);
    assert(Buffer.from(await store.get(runtimeModel.cid)).equals(exportModel(model)));
    const run = await openExport(model);
    const dice = new Dice(11);
    const edges = [-32768, -2049, -2048, -1, 0, 1, 2047, 2048, 32767];
    const atEdges = Array.from({ length: 100 }, () =>
      Array.from({ length: DAYS }, () => dice.pick(edges)),
    );
    const days = [
      ...folder.samples.map(([returns = []]) => returns),
      ...folder.measured.map(({ input }) => input),
      ...atEdges,
    ];
    assert(days.length > 400);
    for (const returns of days) {
      const input = payloadOf(returns);
      const inputs = decodeInputs(model, input);
      const interpreted = encodeOutputs(model, interpret(model, inputs));
      assert.deepEqual(encodeOutputs(model, await run(inputs)), interpreted);
      const { output } = calculateWitness({ model, input, challengeOf: () => 1n });
      assert.deepEqual(output, interpreted);
    }
  });

  it("forecasts more after falls than after rises, and most after a crash", () => {
    const days = (value: number) => Array.from({ length: DAYS }, () => value);
    assert.equal(forecast(days(0)), 8.5625);
    assert(forecast(days(-150)) > forecast(days(150)));
    assert(forecast([...days(10).slice(1), -2048]) > 2 * forecast(days(10)));
  });

  it("forecasts something above zero for whatever bytes come", () => {
    const dice = new Dice(12);
    for (let round = 0; round < 2_000; round += 1) {
      const bytes = new Uint8Array(2 * DAYS).map(() => dice.between(0, 255));
      const [output] = interpret(model, decodeInputs(model, bytes));
      assert((output?.[0] ?? 0) > 0);
    }
  });

  it("reports how far both models are from what was measured, and from each other", async () => {
    const { heldout } = release;
    assert(heldout !== null && "examples" in heldout);
    assert.equal(heldout.examples, 301);
    assert(heldout.floatError < 4.7);
    assert(Math.abs(heldout.integerError - heldout.floatError) < 0.01);
    assert(heldout.meanError < 0.02);
    assert(heldout.maximumError < 0.1);
    const file = new TextDecoder().decode(await store.get(manifest.artefacts.report.cid));
    const report = JSON.parse(file) as { heldout: { integerError: number } };
    assert.equal(report.heldout.integerError, Number(heldout.integerError.toPrecision(6)));
  });

  it("errs by far less than the same forecasts for other weeks do", () => {
    const errorOf = (shift: number): number => {
      const { measured } = folder;
      const errors = measured.map(({ target }, index) => {
        const { input } = measured[(index + shift) % measured.length] ?? { input: [] };
        return Math.abs(forecast(input) - (target[0] ?? NaN));
      });
      return errors.reduce((sum, each) => sum + each, 0) / errors.length;
    };
    assert(errorOf(0) < 0.85 * errorOf(150));
  });
});

describe("heldout.json with targets", () => {
  const input = Array.from({ length: DAYS }, () => 5);
  const broken: Readonly<Record<string, readonly [content: unknown, message: RegExp]>> = {
    "of another size than the output": [
      [{ target: [1, 2], input }],
      /heldout\.json: 0\.target has 2 elements, the model's first output 1/,
    ],
    "that are no lists": [[{ target: 3, input }], /heldout\.json: 0\.target/],
    "beside labels": [[{ target: [3], label: 3, input }], /heldout\.json: 0/],
    "of some inputs and labels of others": [
      [
        { target: [3], input },
        { label: 3, input },
      ],
      /heldout\.json: 1\.target/,
    ],
  };
  for (const [what, [content, message]] of Object.entries(broken)) {
    it(`is refused ${what}`, async () => {
      const modelDirectory = await temporary();
      await cp(VOLATILITY, modelDirectory, { recursive: true });
      await writeFile(path.join(modelDirectory, "heldout.json"), JSON.stringify(content));
      await assert.rejects(build(modelDirectory), (error: unknown) => {
        assert(error instanceof ReleaseError);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
