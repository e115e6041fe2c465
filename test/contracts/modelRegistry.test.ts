import { expect } from "chai";
import { keccak256, toUtf8Bytes } from "ethers";

import { zkRelease } from "../../scripts/deploy/publishRelease.ts";
import { modelId, releaseId, type Release } from "../../sdk/protocol/releaseId.ts";
import {
  as,
  deployWorld,
  networkHelpers,
  proverOf,
  read,
  RELEASE,
  send,
  type World,
} from "./support/world.ts";

const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

async function release(changes: Partial<Release> = {}): Promise<Release> {
  const { verifyingKey } = await proverOf("sixWords");
  return { ...zkRelease({ ...RELEASE, verifyingKey }), ...changes };
}

const idOf = (w: World, publisher: string, name: string): `0x${string}` =>
  modelId({
    chainId: 31_337n,
    registry: w.addresses.modelRegistry as `0x${string}`,
    publisher: publisher as `0x${string}`,
    name,
  });

describe("registerModel", () => {
  it("gives the id that publisher and name have", async () => {
    const w = await world();
    const id = idOf(w, w.stranger.address, "faces");
    await expect(as(w.models, w.stranger).getFunction("registerModel")("faces"))
      .to.emit(w.models, "ModelRegistered")
      .withArgs(id, w.stranger.address, "faces");
    expect(await read(w.models, "publisherOf", id)).to.equal(w.stranger.address);
  });

  it("lets two publishers use one name", async () => {
    const w = await world();
    await send(as(w.models, w.stranger), "registerModel", ["digits"]);
    expect(idOf(w, w.stranger.address, "digits")).to.not.equal(
      idOf(w, w.publisher.address, "digits"),
    );
  });

  it("refuses a name twice and no name", async () => {
    const w = await world();
    const models = as(w.models, w.publisher);
    await expect(send(models, "registerModel", ["digits"]))
      .to.be.revertedWithCustomError(w.models, "ModelAlreadyRegistered")
      .withArgs(idOf(w, w.publisher.address, "digits"));
    await expect(send(models, "registerModel", [""])).to.be.revertedWithCustomError(
      w.models,
      "NameEmpty",
    );
  });
});

describe("publishRelease", () => {
  it("gives the id its content has", async () => {
    const w = await world();
    const model = idOf(w, w.publisher.address, "digits");
    const content = await release({ royaltyBps: 100n });
    const registry = w.addresses.modelRegistry as `0x${string}`;
    const id = releaseId({
      chainId: 31_337n,
      registry,
      modelId: model,
      version: "2.0.0",
      release: content,
    });
    await expect(as(w.models, w.publisher).getFunction("publishRelease")(model, "2.0.0", content))
      .to.emit(w.models, "ReleasePublished")
      .withArgs(id, model, "2.0.0", Object.values(content));
    expect(await read(w.models, "releaseManifest", id)).to.equal(content.manifestDigest);
    expect(await read(w.models, "modelOf", id)).to.equal(model);
    expect((await read(w.models, "unitsOf", id)).toObject()).to.deep.equal({
      compute: 3n,
      proof: 2n,
      byteSize: 1n,
    });
    const { route, publisher } = await read(w.models, "releaseRoute", id);
    const key: string = await read(w.keys, "keyAddress", content.keyId);
    const lengths = (128n << 160n) | (20n << 175n);
    const rest = (100n << 190n) | (content.primaryWindowSeconds << 203n) | (4n << 223n);
    // The state is active; no grade, no bond.
    expect(route).to.equal(BigInt(key) | lengths | rest | (1n << 228n));
    expect(publisher).to.equal(w.publisher.address);
    expect(await read(w.models, "inputLengthOf", id)).to.equal(128n);
    expect(await read(w.models, "primaryWindowOf", id)).to.equal(content.primaryWindowSeconds);
    expect(await read(w.models, "minBondOf", id)).to.equal(0n);
    expect(await read(w.models, "gradeOf", id)).to.equal(0n);
  });

  it("refuses the same release twice, another's model and an unknown one", async () => {
    const w = await world();
    const model = idOf(w, w.publisher.address, "digits");
    const content = await release();
    await expect(
      send(as(w.models, w.publisher), "publishRelease", [model, "1.0.0", content]),
    ).to.be.revertedWithCustomError(w.models, "ReleaseAlreadyPublished");
    await expect(send(as(w.models, w.stranger), "publishRelease", [model, "2.0.0", content]))
      .to.be.revertedWithCustomError(w.models, "NotPublisher")
      .withArgs(model, w.stranger.address);
    const unknown = keccak256(toUtf8Bytes("unknown"));
    await expect(send(w.models, "publishRelease", [unknown, "1.0.0", content]))
      .to.be.revertedWithCustomError(w.models, "ModelUnknown")
      .withArgs(unknown);
  });

  it("refuses a key nobody registered", async () => {
    const w = await world();
    const model = idOf(w, w.publisher.address, "digits");
    const content = await release({ keyId: `0x${"12".repeat(32)}` });
    await expect(
      send(as(w.models, w.publisher), "publishRelease", [model, "2.0.0", content]),
    ).to.be.revertedWithCustomError(w.keys, "KeyUnknown");
  });

  const wrong: readonly (readonly [keyof Release, bigint])[] = [
    ["inputLength", 0n],
    ["inputLength", 24_577n],
    ["outputLength", 0n],
    ["outputLength", 24_577n],
    ["inputPayload", 1n],
    ["outputPayload", 1n],
    ["computeUnits", 2n ** 40n],
    ["proofUnits", 2n ** 40n],
    ["byteUnits", 2n ** 40n],
    ["royaltyBps", 5_001n],
    ["primaryWindowSeconds", 0n],
    ["primaryWindowSeconds", 604_801n],
    ["levels", 0n],
    ["levels", 2n],
    ["levels", 6n],
    ["levels", 7n],
    ["levels", 8n],
    ["levels", 2n ** 255n],
    ["judge", 1n],
    ["judge", 2n],
    ["minBond", 1n],
    ["minGrade", 1n],
  ];
  for (const [field, value] of wrong) {
    it(`refuses ${field} ${value}`, async () => {
      const w = await world();
      const model = idOf(w, w.publisher.address, "digits");
      const content = await release({ [field]: value });
      await expect(send(as(w.models, w.publisher), "publishRelease", [model, "2.0.0", content]))
        .to.be.revertedWithCustomError(w.models, "ReleaseFieldInvalid")
        .withArgs(`0x${Buffer.from(field).toString("hex").padEnd(64, "0")}`, value);
    });
  }

  it("refuses measurements", async () => {
    const w = await world();
    const model = idOf(w, w.publisher.address, "digits");
    const content = await release({ measurements: `0x${"01".repeat(32)}` });
    await expect(
      send(as(w.models, w.publisher), "publishRelease", [model, "2.0.0", content]),
    ).to.be.revertedWithCustomError(w.models, "ReleaseFieldInvalid");
  });
});

describe("retireRelease", () => {
  it("is final and belongs to the publisher", async () => {
    const w = await world();
    await expect(send(w.models, "retireRelease", [w.releaseId])).to.be.revertedWithCustomError(
      w.models,
      "NotPublisher",
    );
    const models = as(w.models, w.publisher);
    expect(await read(w.models, "isRetired", w.releaseId)).to.equal(false);
    await expect(models.getFunction("retireRelease")(w.releaseId))
      .to.emit(w.models, "ReleaseRetired")
      .withArgs(w.releaseId);
    expect(await read(w.models, "isRetired", w.releaseId)).to.equal(true);
    for (const call of [
      (): Promise<unknown> => send(models, "retireRelease", [w.releaseId]),
      (): Promise<unknown> => read(w.models, "releaseRoute", w.releaseId),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(w.models, "ReleaseIsRetired");
    }
  });
});

describe("views of the model registry", () => {
  it("refuse what they do not know", async () => {
    const w = await world();
    const unknown = `0x${"77".repeat(32)}`;
    for (const view of [
      "releaseRoute",
      "releaseManifest",
      "modelOf",
      "isRetired",
      "unitsOf",
      "inputLengthOf",
      "primaryWindowOf",
      "minBondOf",
      "gradeOf",
      "refreshGrade",
    ]) {
      await expect(read(w.models, view, unknown))
        .to.be.revertedWithCustomError(w.models, "ReleaseUnknown")
        .withArgs(unknown);
    }
    await expect(read(w.models, "publisherOf", unknown)).to.be.revertedWithCustomError(
      w.models,
      "ModelUnknown",
    );
  });
});
