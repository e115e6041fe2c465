import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import {
  answer,
  as,
  ask,
  deployWorld,
  ETHER,
  networkHelpers,
  read,
  send,
  type World,
} from "./support/world.ts";

const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

/** The stranger has taken the operator over. */
async function takenOver(): Promise<World> {
  const w = await world();
  await send(as(w.operators, w.operator), "handOverOperator", [w.operatorId, w.stranger.address]);
  await send(as(w.operators, w.stranger), "takeOverOperator", [w.operatorId]);
  return w;
}

describe("handing an operator over", () => {
  it("names who may take it and changes nothing else", async () => {
    const w = await world();
    const registry = as(w.operators, w.operator);
    await expect(registry.getFunction("handOverOperator")(w.operatorId, w.stranger.address))
      .to.emit(w.operators, "OperatorHandedOver")
      .withArgs(w.operatorId, w.operator.address, w.stranger.address);
    expect(await read(w.operators, "nextOwnerOf", w.operatorId)).to.equal(w.stranger.address);
    expect(await read(w.operators, "ownerOf", w.operatorId)).to.equal(w.operator.address);
    await expect(send(as(w.operators, w.stranger), "setPayout", [w.operatorId, ZeroAddress]))
      .to.be.revertedWithCustomError(w.operators, "NotOwner")
      .withArgs(w.operatorId, w.stranger.address);
  });

  it("is done when the next owner takes it, once", async () => {
    const w = await world();
    await send(as(w.operators, w.operator), "handOverOperator", [w.operatorId, w.stranger.address]);
    const registry = as(w.operators, w.stranger);
    await expect(registry.getFunction("takeOverOperator")(w.operatorId))
      .to.emit(w.operators, "OperatorTakenOver")
      .withArgs(w.operatorId, w.operator.address, w.stranger.address);
    expect(await read(w.operators, "ownerOf", w.operatorId)).to.equal(w.stranger.address);
    expect(await read(w.operators, "nextOwnerOf", w.operatorId)).to.equal(ZeroAddress);
    await expect(send(registry, "takeOverOperator", [w.operatorId]))
      .to.be.revertedWithCustomError(w.operators, "NotNextOwner")
      .withArgs(w.operatorId, w.stranger.address);
  });

  for (const [what, next] of [
    ["another name", (w: World): string => w.rival.address],
    ["zero", (): string => ZeroAddress],
  ] as const) {
    it(`is taken back by ${what}`, async () => {
      const w = await world();
      const registry = as(w.operators, w.operator);
      await send(registry, "handOverOperator", [w.operatorId, w.stranger.address]);
      await send(registry, "handOverOperator", [w.operatorId, next(w)]);
      await expect(send(as(w.operators, w.stranger), "takeOverOperator", [w.operatorId]))
        .to.be.revertedWithCustomError(w.operators, "NotNextOwner")
        .withArgs(w.operatorId, w.stranger.address);
    });
  }

  it("needs an operator", async () => {
    const w = await world();
    await expect(send(w.operators, "takeOverOperator", [9n]))
      .to.be.revertedWithCustomError(w.operators, "OperatorUnknown")
      .withArgs(9n);
  });

  it("takes bond, what is leaving and earnings along", async () => {
    const w = await world();
    await answer(w, await ask(w));
    const registry = as(w.operators, w.operator);
    await send(registry, "addBond", [w.operatorId, 5n, { value: 5n }]);
    await send(registry, "startUnbonding", [w.operatorId, 5n]);
    await send(registry, "handOverOperator", [w.operatorId, w.stranger.address]);
    await send(as(w.operators, w.stranger), "takeOverOperator", [w.operatorId]);
    await networkHelpers.time.increase(32 * 86_400);
    const { address } = w.stranger;
    const withdrawal = as(w.operators, w.stranger).getFunction("withdrawBond");
    await expect(withdrawal(w.operatorId, address))
      .to.emit(w.operators, "BondWithdrawn")
      .withArgs(w.operatorId, address, 5n);
    const earnings = await read(w.coordinator, "earningsOf", w.operatorId);
    const values = [w.operatorId, address, earnings];
    await expect(send(as(w.coordinator, w.operator), "withdrawEarnings", values))
      .to.be.revertedWithCustomError(w.coordinator, "NotOperatorOwner")
      .withArgs(w.operatorId, w.operator.address);
    await send(as(w.coordinator, w.stranger), "withdrawEarnings", values);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(0n);
  });

  it("leaves prices, places in lists and senders as they are: open requests are answered", async () => {
    const w = await world();
    const asked = await ask(w);
    await send(as(w.operators, w.operator), "handOverOperator", [w.operatorId, w.stranger.address]);
    await send(as(w.operators, w.stranger), "takeOverOperator", [w.operatorId]);
    await answer(w, asked);
    expect((await ask(w)).assignment.operatorId).to.equal(w.operatorId);
    expect(await read(w.operators, "isSender", w.operatorId, w.operator.address)).to.equal(true);
  });

  it("forgets the payout address, so that no sender of before sends earnings there", async () => {
    const w = await world();
    await answer(w, await ask(w));
    const registry = as(w.operators, w.operator);
    await send(registry, "setPayout", [w.operatorId, w.rival.address]);
    await send(registry, "handOverOperator", [w.operatorId, w.stranger.address]);
    await expect(as(w.operators, w.stranger).getFunction("takeOverOperator")(w.operatorId))
      .to.emit(w.operators, "PayoutSet")
      .withArgs(w.operatorId, ZeroAddress);
    await expect(
      send(as(w.coordinator, w.operator), "withdrawEarnings", [w.operatorId, w.rival.address, 1n]),
    ).to.be.revertedWithCustomError(w.coordinator, "NotOperatorOwner");
  });

  it("gives the id to nobody else, and lets one account own two operators", async () => {
    const w = await takenOver();
    await expect(send(as(w.operators, w.operator), "registerOperator", []))
      .to.be.revertedWithCustomError(w.operators, "OperatorAlreadyRegistered")
      .withArgs(w.operatorId);
    await send(as(w.operators, w.stranger), "registerOperator", []);
    const own = BigInt.asUintN(64, BigInt(w.stranger.address));
    for (const id of [own, w.operatorId]) {
      expect(await read(w.operators, "ownerOf", id)).to.equal(w.stranger.address);
    }
    expect((await read(w.operators, "bondOf", w.operatorId)).amount).to.equal(ETHER);
  });
});

describe("handing a model over", () => {
  /** The model of the world's releases. */
  const modelOf = (w: World): Promise<string> => read(w.models, "modelOf", w.releaseId);

  it("names who may take it and changes nothing else", async () => {
    const w = await world();
    const model = await modelOf(w);
    const models = as(w.models, w.publisher);
    await expect(models.getFunction("handOverModel")(model, w.stranger.address))
      .to.emit(w.models, "ModelHandedOver")
      .withArgs(model, w.publisher.address, w.stranger.address);
    expect(await read(w.models, "nextPublisherOf", model)).to.equal(w.stranger.address);
    expect(await read(w.models, "publisherOf", model)).to.equal(w.publisher.address);
  });

  it("is done when the next publisher takes it, once; then he retires what the former published", async () => {
    const w = await world();
    const model = await modelOf(w);
    await send(as(w.models, w.publisher), "handOverModel", [model, w.stranger.address]);
    const models = as(w.models, w.stranger);
    await expect(models.getFunction("takeOverModel")(model))
      .to.emit(w.models, "ModelTakenOver")
      .withArgs(model, w.publisher.address, w.stranger.address);
    expect(await read(w.models, "publisherOf", model)).to.equal(w.stranger.address);
    expect(await read(w.models, "nextPublisherOf", model)).to.equal(ZeroAddress);
    await expect(send(models, "takeOverModel", [model]))
      .to.be.revertedWithCustomError(w.models, "NotNextPublisher")
      .withArgs(model, w.stranger.address);
    await expect(send(as(w.models, w.publisher), "retireRelease", [w.releaseId]))
      .to.be.revertedWithCustomError(w.models, "NotPublisher")
      .withArgs(model, w.publisher.address);
    await send(models, "retireRelease", [w.releaseId]);
  });

  it("is taken back by another name or zero", async () => {
    const w = await world();
    const model = await modelOf(w);
    for (const next of [w.rival.address, ZeroAddress]) {
      await send(as(w.models, w.publisher), "handOverModel", [model, w.stranger.address]);
      await send(as(w.models, w.publisher), "handOverModel", [model, next]);
      await expect(send(as(w.models, w.stranger), "takeOverModel", [model]))
        .to.be.revertedWithCustomError(w.models, "NotNextPublisher")
        .withArgs(model, w.stranger.address);
    }
  });

  it("belongs to the publisher, and needs a model", async () => {
    const w = await world();
    const model = await modelOf(w);
    await expect(send(as(w.models, w.stranger), "handOverModel", [model, w.stranger.address]))
      .to.be.revertedWithCustomError(w.models, "NotPublisher")
      .withArgs(model, w.stranger.address);
    for (const [method, values] of [
      ["handOverModel", [ZeroHash, w.stranger.address]],
      ["takeOverModel", [ZeroHash]],
    ] as const) {
      await expect(send(w.models, method, values))
        .to.be.revertedWithCustomError(w.models, "ModelUnknown")
        .withArgs(ZeroHash);
    }
  });

  it("pays royalties of earlier requests to the former publisher, of later ones to the next", async () => {
    const w = await world();
    const model = await modelOf(w);
    const before = await ask(w, { releaseId: w.royalReleaseId });
    await send(as(w.models, w.publisher), "handOverModel", [model, w.stranger.address]);
    await send(as(w.models, w.stranger), "takeOverModel", [model]);
    const after = await ask(w, { releaseId: w.royalReleaseId });
    const balanceOf = (account: string): Promise<bigint> =>
      read(w.coordinator, "balanceOf", account);
    await answer(w, before);
    const royalty = await balanceOf(w.publisher.address);
    expect(royalty).to.equal(before.assignment.royalty);
    expect(royalty > 0n).to.equal(true);
    expect(await balanceOf(w.stranger.address)).to.equal(0n);
    await answer(w, after);
    expect(await balanceOf(w.publisher.address)).to.equal(royalty);
    expect(await balanceOf(w.stranger.address)).to.equal(after.assignment.royalty);
  });

  it("leaves its name taken", async () => {
    const w = await world();
    const model = await modelOf(w);
    await send(as(w.models, w.publisher), "handOverModel", [model, w.stranger.address]);
    await send(as(w.models, w.stranger), "takeOverModel", [model]);
    await expect(send(as(w.models, w.publisher), "registerModel", ["digits"]))
      .to.be.revertedWithCustomError(w.models, "ModelAlreadyRegistered")
      .withArgs(model);
  });
});
