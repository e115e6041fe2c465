import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { parseModel } from "../../../circuits/compiler/integer/modelFile.ts";
import { decodeInputs, encodeOutputs } from "../../../circuits/compiler/integer/payload.ts";
import { ModelProto } from "../../../circuits/compiler/onnx/descriptor.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { openOnnxSession } from "../../../orchestrator/runtime/integerSession.ts";
import { OnnxInference } from "../../../orchestrator/runtime/onnxInference.ts";
import { encodeKnownAnswers } from "../../../sdk/protocol/knownAnswers.ts";
import { encodeManifest } from "../../../sdk/protocol/manifest.ts";
import { Dice } from "../../circuits/export/randomModel.ts";
import { altered } from "../../circuits/release/altered.ts";
import { digitsRelease } from "../../circuits/release/digits.ts";

const release = await digitsRelease();
const { store, manifest, manifestCid } = release;
const model = parseModel(await store.get(manifest.artefacts.integerModel.cid));
const inference = new OnnxInference({ store });
const junk = new TextEncoder().encode("junk");
const input = new Uint8Array(64).fill(9);

after(() => inference.stop());

function interpreted(payload: Uint8Array): Uint8Array {
  return encodeOutputs(model, interpret(model, decodeInputs(model, payload)));
}

function fails(code: string, reason?: string) {
  return (error: unknown) => {
    assert(error instanceof OrchestratorError, String(error));
    assert.equal(error.code, code);
    if (reason !== undefined) assert.equal(error.data["reason"], reason);
    return true;
  };
}

describe("OnnxInference", () => {
  it("gives the interpreter's output to the bit, and the float model's distance", async () => {
    const dice = new Dice(11);
    for (let round = 0; round < 300; round += 1) {
      const highest = dice.pick([16, 16, 255]);
      const payload = Uint8Array.from(dice.list(64, 0, highest));
      const { output, floatDifference } = await inference.run({ manifestCid, input: payload });
      assert.deepEqual(output, interpreted(payload));
      assert(floatDifference !== null);
      assert(floatDifference.mean <= floatDifference.maximum);
      if (highest === 16) assert(floatDifference.maximum < 0.1, `${floatDifference.maximum}`);
    }
  });

  it("measures the float difference in real units", async () => {
    const { floatDifference } = await inference.run({ manifestCid, input });
    assert(floatDifference !== null);
    // A release that claims half the scale is as far off as its own outputs are large.
    const [logits] = manifest.outputs;
    assert(logits !== undefined);
    const outputs = [{ ...logits, fractionBits: logits.fractionBits + 1 }];
    const other = await altered(release, {}, { outputs });
    const { floatDifference: larger } = await inference.run({ manifestCid: other, input });
    assert(larger !== null && larger.maximum > 10 * floatDifference.maximum);
  });

  it("serves nothing on a device that fails the known answers", async () => {
    const device = new OnnxInference({
      store,
      openSession: async (integerModel) => {
        const session = await openOnnxSession(integerModel);
        const run = async (inputs: readonly Float64Array[]) => {
          const [first, ...rest] = await session.run(inputs);
          return [first?.map((value, at) => (at === 3 && value > 0 ? value - 1 : value)), ...rest];
        };
        return { ...session, run: run as typeof session.run };
      },
    });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await assert.rejects(device.run({ manifestCid, input }), fails("RuntimeInexact"));
    }
    await device.stop();
  });

  it("serves no release whose known answers are others", async () => {
    const output = interpreted(input);
    output[19] = (output[19] ?? 0) ^ 1;
    const cid = await altered(release, { knownAnswers: encodeKnownAnswers([{ input, output }]) });
    await assert.rejects(inference.prepare(cid), fails("RuntimeInexact"));
  });

  it("serves no release whose units are not those of its model", async () => {
    for (const unit of ["compute", "proof", "byte"] as const) {
      const units = { ...manifest.units, [unit]: manifest.units[unit] - 1 };
      const cid = await altered(release, {}, { units });
      await assert.rejects(inference.prepare(cid), fails("UnitsWrong"));
    }
  });

  it("runs a release on the interpreter that says it must", async () => {
    const cid = await altered(release, { runtimeModel: null }, { execution: "interpreter" });
    const { output } = await inference.run({ manifestCid: cid, input });
    assert.deepEqual(output, interpreted(input));
  });

  it("does not run the publisher's exported model", async () => {
    const cid = await altered(release, { runtimeModel: junk });
    assert.deepEqual((await inference.run({ manifestCid: cid, input })).output, interpreted(input));
  });

  it("refuses inputs of another length, and serves the next", async () => {
    await assert.rejects(
      inference.run({ manifestCid, input: input.subarray(1) }),
      fails("InputInvalid"),
    );
    assert.deepEqual((await inference.run({ manifestCid, input })).output, interpreted(input));
  });

  it("shares one load among callers, and stops for the one that aborts only", async () => {
    const cid = await store.put(encodeManifest({ ...manifest, description: "shared" }));
    const gone = AbortSignal.abort(new Error("no longer wanted"));
    const [first, second, third] = await Promise.allSettled([
      inference.run({ manifestCid: cid, input }, gone),
      inference.run({ manifestCid: cid, input }),
      inference.run({ manifestCid: cid, input }),
    ]);
    assert.equal(first.status, "rejected");
    assert.equal(second.status, "fulfilled");
    assert.equal(third.status, "fulfilled");
  });

  it("serves more releases than it keeps warm", async () => {
    const cids = [];
    for (let count = 0; count < 10; count += 1) {
      cids.push(await store.put(encodeManifest({ ...manifest, description: `${count}` })));
    }
    for (const cid of [...cids, ...cids]) {
      assert.equal((await inference.run({ manifestCid: cid, input })).output.length, 20);
    }
  });
});

describe("a hostile release", () => {
  const external = ModelProto.encode(
    ModelProto.fromObject({
      irVersion: 8,
      opsetImport: [{ domain: "", version: 17 }],
      graph: {
        name: "g",
        node: [{ opType: "Add", input: ["image", "w"], output: ["logits"] }],
        initializer: [{ name: "w", dims: [1], dataType: 1, dataLocation: 1, externalData: [junk] }],
        input: [{ name: "image", type: { tensorType: { elemType: 1, shape: { dim: [] } } } }],
        output: [{ name: "logits", type: { tensorType: { elemType: 1, shape: { dim: [] } } } }],
      },
    }),
  ).finish();

  it("is refused with a float model that points outside itself", async () => {
    const cid = await altered(release, { floatModel: external });
    await assert.rejects(inference.prepare(cid), fails("ModelRefused", "ExternalData"));
  });

  it("is refused with files that are no models", async () => {
    for (const name of ["floatModel", "integerModel", "knownAnswers"] as const) {
      const cid = await altered(release, { [name]: junk });
      await assert.rejects(inference.prepare(cid), fails("ModelRefused"));
    }
  });

  it("is refused with known answers for another model", async () => {
    const answer = { input: input.subarray(1), output: new Uint8Array(20) };
    const cid = await altered(release, { knownAnswers: encodeKnownAnswers([answer]) });
    await assert.rejects(inference.prepare(cid), fails("ModelRefused", "known answers' length"));
  });

  it("is refused when its manifest describes other tensors than its model has", async () => {
    const [image] = manifest.inputs;
    assert(image !== undefined);
    const cid = await altered(release, {}, { inputs: [{ ...image, elementType: "int8" }] });
    await assert.rejects(inference.prepare(cid), fails("ModelRefused", "inputs differ"));
  });

  it("is refused when an artefact is longer than it says", async () => {
    const floatModel = { ...manifest.artefacts.floatModel, bytes: 1 };
    const artefacts = { ...manifest.artefacts, floatModel };
    const cid = await store.put(encodeManifest({ ...manifest, artefacts }));
    await assert.rejects(inference.prepare(cid), fails("ManifestInvalid"));
  });

  it("is served without the float comparison when only that model cannot run", async () => {
    const other = { ...manifest.inputs[0], name: "picture" };
    const inputs = [other] as typeof manifest.inputs;
    const cid = await altered(release, {}, { inputs });
    const { output, floatDifference } = await inference.run({ manifestCid: cid, input });
    assert.deepEqual(output, interpreted(input));
    assert.equal(floatDifference, null);
  });
});
