import { expect } from "chai";
import { Contract } from "ethers";

import { DEVELOPMENT_PROFILE, deployAssay, deployContract } from "../../scripts/deploy/deploy.ts";
import { publishRelease, zkRelease, type ZkRelease } from "../../scripts/deploy/publishRelease.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { modelId, type Release } from "../../sdk/protocol/releaseId.ts";
import { contribute, bookOf, keyIdOf, recognise } from "./support/ceremony.ts";
import {
  answer,
  as,
  ask,
  asks,
  deployWorld,
  ethers,
  networkHelpers,
  OUTPUT,
  proverOf,
  read,
  RELEASE,
  send,
  ZK,
  type World,
} from "./support/world.ts";

const LEAST = DEVELOPMENT_PROFILE.leastAnswerBond;
const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

/** A world where two accounts are recognised and have signed for the releases' key. */
async function graded(): Promise<{ readonly w: World; readonly keyId: Hex }> {
  const w = await world();
  const keyId = await keyIdOf();
  await recognise(w, [w.operator.address, w.rival.address]);
  await contribute(w, keyId, [w.operator, w.rival]);
  return { w, keyId };
}

async function optimistic(changes: Partial<Release> = {}): Promise<Release> {
  const { verifyingKey } = await proverOf("sixWords");
  const release = {
    ...RELEASE,
    verifyingKey,
    levels: ["Optimistic", "Zk"],
    minBond: LEAST,
  } as const;
  return { ...zkRelease(release), ...changes };
}

/** The publisher publishes; the promise is that of the transaction. */
async function publishes(
  w: World,
  content: Release,
  registry: Contract = w.models,
): Promise<unknown> {
  const place = { chainId: 31_337n, registry: (await registry.getAddress()) as Hex };
  const model = modelId({ ...place, publisher: w.publisher.address as Hex, name: "digits" });
  return as(registry, w.publisher).getFunction("publishRelease")(model, "2.0.0", content);
}

async function published(w: World, changes: Partial<ZkRelease> = {}): Promise<Hex> {
  const { verifyingKey } = await proverOf("sixWords");
  const levels = ["Optimistic", "Zk"] as const;
  const { releaseId } = await publishRelease({
    signer: w.publisher,
    addresses: w.addresses,
    name: "digits",
    version: "2.0.0",
    release: { ...RELEASE, verifyingKey, levels, ...changes },
  });
  return releaseId;
}

describe("publishRelease at level Optimistic", () => {
  const taken = [
    ["alone", ["Optimistic"], 1n],
    ["beside Zk", ["Optimistic", "Zk"], 5n],
  ] as const;
  for (const [name, levels, bits] of taken) {
    it(`takes it ${name}, with the least bond unless another is chosen`, async () => {
      const w = await world();
      const id = await published(w, { levels });
      expect(await read(w.models, "minBondOf", id)).to.equal(LEAST);
      const { route } = await read(w.models, "releaseRoute", id);
      expect((BigInt(route) >> 223n) & 7n).to.equal(bits);
    });
  }

  it("keeps the bond and the key's grade in the route", async () => {
    const { w } = await graded();
    const minBond = 123n * 10n ** 16n;
    const id = await published(w, { minBond, minGrade: 2n });
    expect(await read(w.models, "minBondOf", id)).to.equal(minBond);
    expect(await read(w.models, "gradeOf", id)).to.equal(2n);
    const { route } = await read(w.models, "releaseRoute", id);
    expect((BigInt(route) >> 230n) & 255n).to.equal(2n);
    // Exponent 16 in the high six bits, mantissa 123 in the low ten.
    expect(BigInt(route) >> 238n).to.equal((16n << 10n) | 123n);
  });

  const wrong: readonly (readonly [keyof Release, bigint])[] = [
    ["levels", 3n],
    ["levels", 7n],
    ["judge", 0n],
    ["judge", 2n],
    ["minBond", 0n],
    ["minBond", LEAST - 10n ** 14n],
    ["minBond", LEAST + 1n],
    ["minBond", 10n ** 29n],
  ];
  for (const [field, value] of wrong) {
    it(`refuses ${field} ${value}`, async () => {
      const w = await world();
      await expect(publishes(w, await optimistic({ [field]: value })))
        .to.be.revertedWithCustomError(w.models, "ReleaseFieldInvalid")
        .withArgs(`0x${Buffer.from(field).toString("hex").padEnd(64, "0")}`, value);
    });
  }

  it("refuses a key nobody registered, also alone", async () => {
    const w = await world();
    const content = await optimistic({ levels: 1n, keyId: `0x${"12".repeat(32)}` });
    await expect(publishes(w, content)).to.be.revertedWithCustomError(w.keys, "KeyUnknown");
  });
});

describe("a forged judge by a key below grade", () => {
  it("is refused by the release's own least grade", async () => {
    const { w } = await graded();
    for (const minGrade of [3n, 256n, 2n ** 255n]) {
      await expect(publishes(w, await optimistic({ minGrade })))
        .to.be.revertedWithCustomError(w.models, "ReleaseGradeTooLow")
        .withArgs(2n, minGrade);
    }
    await publishes(w, await optimistic({ minGrade: 2n }));
  });

  it("is refused by a deployment's least grade, whatever the publisher asks for", async () => {
    const { w, keyId } = await graded();
    const models = await registryFor(w, 2n);
    await send(as(models, w.publisher), "registerModel", ["digits"]);
    await send(bookOf(w), "revokeContributor", [w.rival.address]);
    await expect(publishes(w, await optimistic(), models))
      .to.be.revertedWithCustomError(models, "ReleaseGradeTooLow")
      .withArgs(1n, 2n);
    await recognise(w, [w.stranger.address]);
    await contribute(w, keyId, [w.stranger]);
    await expect(publishes(w, await optimistic(), models)).to.emit(models, "ReleasePublished");
  });

  it("is refused when its contributors are revoked before it is published", async () => {
    const { w } = await graded();
    for (const { address } of [w.operator, w.rival]) {
      await send(bookOf(w), "revokeContributor", [address]);
    }
    await expect(publishes(w, await optimistic({ minGrade: 1n })))
      .to.be.revertedWithCustomError(w.models, "ReleaseGradeTooLow")
      .withArgs(0n, 1n);
  });

  it("is refused at level Zk as well, where a proof of it would be the only evidence", async () => {
    const { w } = await graded();
    const zkOnly = await optimistic({ levels: 4n, judge: 0n, minBond: 0n });
    const strict = await registryFor(w, 3n);
    await send(as(strict, w.publisher), "registerModel", ["digits"]);
    await expect(publishes(w, zkOnly, strict))
      .to.be.revertedWithCustomError(strict, "ReleaseGradeTooLow")
      .withArgs(2n, 3n);
    const models = await registryFor(w, 2n);
    await send(as(models, w.publisher), "registerModel", ["digits"]);
    await expect(publishes(w, zkOnly, models)).to.emit(models, "ReleasePublished");
  });

  /** A registry on the world's keys and book that asks judges for a grade. */
  async function registryFor(w: World, leastKeyGrade: bigint): Promise<Contract> {
    const { keyStore, ceremonyBook } = w.addresses;
    const values = [keyStore, ceremonyBook, LEAST, leastKeyGrade];
    const address = await deployContract(w.owner, "ModelRegistry", values);
    return new Contract(address, modelRegistryAbi, w.owner);
  }
});

describe("refreshGrade", () => {
  it("raises the grade to the key's, by anyone", async () => {
    const w = await world();
    const keyId = await keyIdOf();
    expect(await read(w.models, "gradeOf", w.releaseId)).to.equal(0n);
    await recognise(w, [w.operator.address, w.rival.address]);
    await contribute(w, keyId, [w.operator, w.rival]);
    expect(await read(w.models, "gradeOf", w.releaseId)).to.equal(0n);
    const { route: before } = await read(w.models, "releaseRoute", w.releaseId);
    await expect(as(w.models, w.stranger).getFunction("refreshGrade")(w.releaseId))
      .to.emit(w.models, "GradeRaised")
      .withArgs(w.releaseId, 2n);
    expect(await read(w.models, "gradeOf", w.releaseId)).to.equal(2n);
    const { route } = await read(w.models, "releaseRoute", w.releaseId);
    expect(route).to.equal(BigInt(before) | (2n << 230n));
  });

  it("never lowers it", async () => {
    const { w } = await graded();
    await send(w.models, "refreshGrade", [w.releaseId]);
    await send(bookOf(w), "revokeContributor", [w.rival.address]);
    await expect(w.models.getFunction("refreshGrade")(w.releaseId)).to.not.emit(
      w.models,
      "GradeRaised",
    );
    expect(await read(w.models, "gradeOf", w.releaseId)).to.equal(2n);
    expect(await read(w.models, "refreshGrade", w.releaseId)).to.equal(2n);
  });

  it("leaves releases of other keys and retired ones as they are", async () => {
    const { w } = await graded();
    await send(as(w.models, w.publisher), "retireRelease", [w.releaseId]);
    for (const id of [w.releaseId, w.otherReleaseId]) await send(w.models, "refreshGrade", [id]);
    expect(await read(w.models, "gradeOf", w.otherReleaseId)).to.equal(0n);
    expect(await read(w.models, "isRetired", w.releaseId)).to.equal(true);
    await expect(read(w.models, "releaseRoute", w.releaseId)).to.be.revertedWithCustomError(
      w.models,
      "ReleaseIsRetired",
    );
  });
});

describe("the grade in requests", () => {
  it("is agreed in the assignment and stays with the result", async () => {
    const { w } = await graded();
    const before = await ask(w);
    await send(w.models, "refreshGrade", [w.releaseId]);
    const asked = await ask(w, { terms: { minGrade: 2n } });
    expect(before.assignment.grade).to.equal(0n);
    expect(asked.assignment.grade).to.equal(2n);
    await answer(w, before);
    await answer(w, asked);
    await read(w.coordinator, "checkResult", asked.requestId, OUTPUT, ZK, 2n);
    await expect(read(w.coordinator, "checkResult", asked.requestId, OUTPUT, ZK, 3n))
      .to.be.revertedWithCustomError(w.coordinator, "GradeTooLow")
      .withArgs(2n, 3n);
    await expect(read(w.coordinator, "checkResult", before.requestId, OUTPUT, ZK, 1n))
      .to.be.revertedWithCustomError(w.coordinator, "GradeTooLow")
      .withArgs(0n, 1n);
  });

  it("refuses terms that ask for more", async () => {
    const { w } = await graded();
    await send(w.models, "refreshGrade", [w.releaseId]);
    await expect(asks(w, { terms: { minGrade: 3n } }))
      .to.be.revertedWithCustomError(w.coordinator, "GradeTooLow")
      .withArgs(2n, 3n);
  });
});

describe("a deployment", () => {
  it("names its book, its least bond and its least grade", async () => {
    const w = await world();
    expect(await read(w.models, "ceremonyBook")).to.equal(w.addresses.ceremonyBook);
    expect(await read(w.models, "leastAnswerBond")).to.equal(LEAST);
    expect(await read(w.models, "leastKeyGrade")).to.equal(0n);
    const profile = { ...DEVELOPMENT_PROFILE, leastKeyGrade: 7n, recognitionDelaySeconds: 9n };
    const other = await deployAssay({ signer: w.owner, profile });
    const models = new Contract(other.modelRegistry, modelRegistryAbi, w.owner);
    expect(await read(models, "leastKeyGrade")).to.equal(7n);
    const book = await ethers.getContractAt("CeremonyBook", other.ceremonyBook);
    expect(await read(book, "recognitionDelaySeconds")).to.equal(9n);
    expect(await read(book, "owner")).to.equal(w.owner.address);
  });

  it("refuses a least bond that no release could name", async () => {
    const w = await world();
    const values = [w.addresses.keyStore, w.addresses.ceremonyBook, 10n ** 18n + 1n, 0n];
    await expect(deployContract(w.owner, "ModelRegistry", values))
      .to.be.revertedWithCustomError(w.models, "AmountNotShort")
      .withArgs(10n ** 18n + 1n);
  });
});
