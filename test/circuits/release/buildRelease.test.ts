import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { buildRelease } from "../../../circuits/release/buildRelease.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { parseModel } from "../../../circuits/compiler/integer/modelFile.ts";
import { decodeInputs, encodeOutputs } from "../../../circuits/compiler/integer/payload.ts";
import { ReleaseError } from "../../../circuits/release/releaseError.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { decodeKnownAnswers } from "../../../sdk/protocol/knownAnswers.ts";
import { type Artefact, decodeManifest } from "../../../sdk/protocol/manifest.ts";
import { parseVerifyingKey } from "../../../sdk/protocol/verifyingKey.ts";
import { DIGITS_MLP, digitsRelease } from "./digits.ts";

const release = await digitsRelease();
const { manifest, store } = release;
const json = async ({ cid }: Artefact): Promise<unknown> =>
  JSON.parse(new TextDecoder().decode(await store.get(cid)));

describe("buildRelease", () => {
  it("stores a manifest under the digest that goes on chain, and all it names", async () => {
    const file = await store.get(release.manifestCid);
    assert.equal(release.digest, `0x${createHash("sha256").update(file).digest("hex")}`);
    assert.deepEqual(decodeManifest(file), manifest);
    for (const artefact of Object.values(manifest.artefacts)) {
      assert(artefact !== null);
      assert.equal((await store.get(artefact.cid)).length, artefact.bytes);
    }
    assert.deepEqual(
      parseVerifyingKey(await json(manifest.artefacts.verifyingKey)),
      release.verifyingKey,
    );
  });

  it("is the same release when built again elsewhere", async () => {
    assert.equal((await digitsRelease()).manifestCid, release.manifestCid);
  });

  it("names known answers that the integer model gives", async () => {
    const model = parseModel(await store.get(manifest.artefacts.integerModel.cid));
    const answers = decodeKnownAnswers(await store.get(manifest.artefacts.knownAnswers.cid));
    assert(answers.length > 20);
    for (const { input, output } of answers) {
      const ours = encodeOutputs(model, interpret(model, decodeInputs(model, input)));
      assert.deepEqual(ours, output);
    }
  });

  it("reports the accuracy on held-out images", async () => {
    const { heldout } = release;
    assert(heldout !== null && "images" in heldout);
    assert.equal(heldout.images, 200);
    assert(heldout.integerTop1 >= 0.97);
    assert(Math.abs(heldout.integerTop1 - heldout.floatTop1) <= 0.005);
    const report = (await json(manifest.artefacts.report)) as { heldout: { images: number } };
    assert.equal(report.heldout.images, 200);
  });

  it("says that its keys are for development", async () => {
    const ceremony = (await json(manifest.artefacts.ceremony)) as { kind: string };
    assert.equal(ceremony.kind, "development");
  });
});

describe("a model folder", () => {
  const broken: Readonly<
    Record<string, readonly [file: string, content: string, message: RegExp]>
  > = {
    "with text that is no JSON": ["model.json", "{", /model\.json: is no JSON/],
    "without a version": ["model.json", '{"name":"a"}', /model\.json: version/],
    "with samples of another shape": ["samples.json", "[[1, 2]]", /samples\.json: 0\.0/],
    "without samples": ["samples.json", "[]", /samples\.json: holds no sample/],
    "with labels that are no integers": [
      "heldout.json",
      '[{"label":1.5,"input":[0]}]',
      /heldout\.json: 0\.label/,
    ],
  };
  for (const [what, [file, content, message]] of Object.entries(broken)) {
    it(`is refused ${what}, and the file is named`, async () => {
      const modelDirectory = await copyOfDigits();
      await writeFile(path.join(modelDirectory, file), content);
      await assert.rejects(build(modelDirectory), refusal(message));
    });
  }

  it("is refused without a model", async () => {
    const modelDirectory = await copyOfDigits();
    await rm(path.join(modelDirectory, "model.onnx"));
    await assert.rejects(build(modelDirectory), refusal(/model\.onnx is missing/));
  });

  it("is refused with a folder where its model should be", async () => {
    const modelDirectory = await copyOfDigits();
    await rm(path.join(modelDirectory, "model.onnx"));
    await mkdir(path.join(modelDirectory, "model.onnx"));
    await assert.rejects(build(modelDirectory), refusal(/model\.onnx cannot be read \(EISDIR\)/));
  });

  it("may do without held-out images", async () => {
    const modelDirectory = await copyOfDigits();
    await rm(path.join(modelDirectory, "heldout.json"));
    assert.equal((await build(modelDirectory)).heldout, null);
  });
});

async function copyOfDigits(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "assay-model-"));
  after(() => rm(directory, { recursive: true }));
  await cp(DIGITS_MLP, directory, { recursive: true });
  return directory;
}

function build(modelDirectory: string) {
  return buildRelease({
    modelDirectory,
    store: new LocalStore(path.join(release.directory, "store")),
    cacheDirectory: path.join(release.directory, "keys"),
  });
}

function refusal(message: RegExp) {
  return (error: unknown) => {
    assert(error instanceof ReleaseError);
    assert.match(error.message, message);
    return true;
  };
}
