import { expect } from "chai";

import { DEVELOPMENT_PROFILE, deployContract } from "../../scripts/deploy/deploy.ts";
import { deployTokenWorld } from "./support/tokenWorld.ts";
import {
  as,
  ask,
  asks,
  atNextSecond,
  deployWorld,
  ETHER,
  ethers,
  networkHelpers,
  PRICE,
  PRICES,
  read,
  send,
  ZK,
  type World,
} from "./support/world.ts";

const UNBONDING_SECONDS = Number(DEVELOPMENT_PROFILE.unbondingSeconds);
const LIMITS = {
  minGasPrice: 0n,
  maxCallbackGas: 2_500_000n,
  maxInputLength: 24_576n,
  maxBond: 0n,
};
const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

/** The rival serves the release too. */
async function withTwo(prices: object = PRICES, limits: object = LIMITS): Promise<World> {
  const w = await world();
  const registry = as(w.operators, w.rival);
  await send(registry, "setPrices", [w.rivalId, prices]);
  await send(registry, "startServing", [w.rivalId, w.releaseId, ZK, limits]);
  return w;
}

describe("registerOperator", () => {
  it("names the operator by the last 8 bytes of his address", async () => {
    const w = await world();
    const id = BigInt.asUintN(64, BigInt(w.stranger.address));
    await expect(as(w.operators, w.stranger).getFunction("registerOperator")())
      .to.emit(w.operators, "OperatorRegistered")
      .withArgs(id, w.stranger.address);
    expect(await read(w.operators, "ownerOf", id)).to.equal(w.stranger.address);
  });

  it("refuses an account twice", async () => {
    const w = await world();
    await expect(send(as(w.operators, w.operator), "registerOperator", []))
      .to.be.revertedWithCustomError(w.operators, "OperatorAlreadyRegistered")
      .withArgs(w.operatorId);
  });
});

describe("bond", () => {
  it("is added by anyone, to a known operator, with the value announced", async () => {
    const w = await world();
    const registry = as(w.operators, w.stranger);
    await expect(registry.getFunction("addBond")(w.operatorId, 5n, { value: 5n }))
      .to.emit(w.operators, "BondAdded")
      .withArgs(w.operatorId, w.stranger.address, 5n);
    expect((await read(w.operators, "bondOf", w.operatorId)).amount).to.equal(ETHER + 5n);
    await expect(send(registry, "addBond", [w.operatorId, 5n, { value: 4n }]))
      .to.be.revertedWithCustomError(w.operators, "ValueUnexpected")
      .withArgs(4n, 5n);
    await expect(send(registry, "addBond", [9n, 5n, { value: 5n }]))
      .to.be.revertedWithCustomError(w.operators, "OperatorUnknown")
      .withArgs(9n);
  });

  it("leaves after the unbonding time", async () => {
    const w = await world();
    const registry = as(w.operators, w.rival);
    const at = (await atNextSecond()) + UNBONDING_SECONDS;
    await expect(registry.getFunction("startUnbonding")(w.rivalId, ETHER))
      .to.emit(w.operators, "UnbondingStarted")
      .withArgs(w.rivalId, ETHER, at);
    expect(await read(w.operators, "isBonded", w.rivalId)).to.equal(false);
    await expect(send(registry, "withdrawBond", [w.rivalId, w.rival.address]))
      .to.be.revertedWithCustomError(w.operators, "UnbondingNotOver")
      .withArgs(w.rivalId, at);
    await networkHelpers.time.increaseTo(at);
    const to = "0x00000000000000000000000000000000000000cc";
    await expect(registry.getFunction("withdrawBond")(w.rivalId, to))
      .to.emit(w.operators, "BondWithdrawn")
      .withArgs(w.rivalId, ethers.getAddress(to), ETHER);
    expect(await ethers.provider.getBalance(to)).to.equal(ETHER);
    expect((await read(w.operators, "bondOf", w.rivalId)).amount).to.equal(0n);
    await expect(send(registry, "withdrawBond", [w.rivalId, to]))
      .to.be.revertedWithCustomError(w.operators, "NothingUnbonding")
      .withArgs(w.rivalId);
  });

  it("cannot fall below the minimum while its operator serves", async () => {
    const w = await world();
    const registry = as(w.operators, w.operator);
    await expect(send(registry, "startUnbonding", [w.operatorId, 1n]))
      .to.be.revertedWithCustomError(w.operators, "StillServing")
      .withArgs(w.operatorId, 3n);
    await send(registry, "addBond", [w.operatorId, 1n, { value: 1n }]);
    await send(registry, "startUnbonding", [w.operatorId, 1n]);
    expect(await read(w.operators, "isBonded", w.operatorId)).to.equal(true);
    await expect(
      send(registry, "startUnbonding", [w.operatorId, 1n]),
    ).to.be.revertedWithCustomError(w.operators, "AlreadyUnbonding");
  });

  it("cannot be taken out beyond what is there, nor in nothings", async () => {
    const w = await world();
    for (const amount of [0n, ETHER + 1n]) {
      await expect(send(as(w.operators, w.rival), "startUnbonding", [w.rivalId, amount]))
        .to.be.revertedWithCustomError(w.operators, "BondTooLow")
        .withArgs(w.rivalId, ETHER, amount);
    }
  });

  it("is held in the token where the asset is one", async () => {
    const w = await networkHelpers.loadFixture(deployTokenWorld);
    expect(await read(w.token, "balanceOf", w.addresses.operatorRegistry)).to.equal(2n * ETHER);
    const registry = as(w.operators, w.rival);
    await send(registry, "startUnbonding", [w.rivalId, ETHER]);
    await networkHelpers.time.increase(UNBONDING_SECONDS);
    await send(registry, "withdrawBond", [w.rivalId, w.stranger.address]);
    expect(await read(w.token, "balanceOf", w.stranger.address)).to.equal(11n * ETHER);
  });

  it("has a minimum above nothing", async () => {
    const w = await world();
    const zero = "0x0000000000000000000000000000000000000000";
    await expect(
      deployContract(w.owner, "OperatorRegistry", [
        zero,
        0n,
        1n,
        w.addresses.modelRegistry,
        w.addresses.coordinator,
      ]),
    ).to.be.revertedWithCustomError(w.operators, "BondTooLow");
  });
});

describe("senders", () => {
  it("are added and removed", async () => {
    const w = await world();
    const registry = as(w.operators, w.operator);
    const { address } = w.stranger;
    await expect(registry.getFunction("addSender")(w.operatorId, address))
      .to.emit(w.operators, "SenderAdded")
      .withArgs(w.operatorId, address);
    expect(await read(w.operators, "isSender", w.operatorId, address)).to.equal(true);
    await expect(send(registry, "addSender", [w.operatorId, address]))
      .to.be.revertedWithCustomError(w.operators, "SenderAlreadyAdded")
      .withArgs(w.operatorId, address);
    await expect(registry.getFunction("removeSender")(w.operatorId, address))
      .to.emit(w.operators, "SenderRemoved")
      .withArgs(w.operatorId, address);
    expect(await read(w.operators, "isSender", w.operatorId, address)).to.equal(false);
    await expect(send(registry, "removeSender", [w.operatorId, address]))
      .to.be.revertedWithCustomError(w.operators, "SenderUnknown")
      .withArgs(w.operatorId, address);
  });
});

describe("what only the owner may do", () => {
  const calls: readonly (readonly [string, (w: World) => readonly unknown[]])[] = [
    ["startUnbonding", () => [1n]],
    ["withdrawBond", (w) => [w.stranger.address]],
    ["addSender", (w) => [w.stranger.address]],
    ["removeSender", (w) => [w.stranger.address]],
    ["setPayout", (w) => [w.stranger.address]],
    ["handOverOperator", (w) => [w.stranger.address]],
    ["setPrices", () => [PRICES]],
    ["startServing", (w) => [w.releaseId, ZK, LIMITS]],
    ["stopServing", (w) => [w.releaseId, ZK]],
  ];
  for (const [method, parameters] of calls) {
    it(`includes ${method}`, async () => {
      const w = await world();
      const values = [w.operatorId, ...parameters(w)];
      await expect(send(as(w.operators, w.stranger), method, values))
        .to.be.revertedWithCustomError(w.operators, "NotOwner")
        .withArgs(w.operatorId, w.stranger.address);
    });
  }
});

describe("startServing", () => {
  it("lists the operator at the release's units times his prices", async () => {
    const w = await world();
    const registry = as(w.operators, w.rival);
    await expect(registry.getFunction("startServing")(w.rivalId, w.releaseId, ZK, LIMITS))
      .to.emit(w.operators, "ListingSet")
      .withArgs(
        w.rivalId,
        w.releaseId,
        ZK,
        PRICE,
        (time: bigint) => time > 0n,
        Object.values(LIMITS),
      );
    const list = await read(w.operators, "listings", w.releaseId, ZK);
    expect(list.map((listing: { operatorId: bigint }) => listing.operatorId)).to.deep.equal([
      w.operatorId,
      w.operatorId,
      w.rivalId,
      w.rivalId,
    ]);
    expect((await read(w.operators, "bondOf", w.rivalId)).listings).to.equal(1n);
  });

  it("changes price and limits of a listing that is there", async () => {
    const w = await world();
    const registry = as(w.operators, w.operator);
    await expect(registry.getFunction("setPrices")(w.operatorId, { ...PRICES, bytePrice: 0n }))
      .to.emit(w.operators, "PricesSet")
      .withArgs(w.operatorId, [PRICES.computePrice, PRICES.proofPrice, 0n]);
    expect((await ask(w)).assignment.price).to.equal(PRICE);
    const limits = { ...LIMITS, maxCallbackGas: 1_000_000n };
    await send(registry, "startServing", [w.operatorId, w.releaseId, ZK, limits]);
    expect((await ask(w)).assignment.price).to.equal(PRICE - PRICES.bytePrice);
    expect((await read(w.operators, "bondOf", w.operatorId)).listings).to.equal(3n);
    expect((await read(w.operators, "pricesOf", w.operatorId)).bytePrice).to.equal(0n);
  });

  it("needs the minimum bond and a release", async () => {
    const w = await world();
    const registry = as(w.operators, w.stranger);
    const id = BigInt.asUintN(64, BigInt(w.stranger.address));
    await send(registry, "registerOperator", []);
    await send(registry, "addBond", [id, ETHER - 1n, { value: ETHER - 1n }]);
    await expect(send(registry, "startServing", [id, w.releaseId, ZK, LIMITS]))
      .to.be.revertedWithCustomError(w.operators, "BondTooLow")
      .withArgs(id, ETHER - 1n, ETHER);
    const unknown = `0x${"55".repeat(32)}`;
    await expect(
      send(as(w.operators, w.rival), "startServing", [w.rivalId, unknown, ZK, LIMITS]),
    ).to.be.revertedWithCustomError(w.models, "ReleaseUnknown");
  });

  it("refuses a price that no slot holds", async () => {
    const w = await world();
    const most = 2n ** 64n - 1n;
    const prices = { computePrice: most, proofPrice: most, bytePrice: most };
    const models = as(w.models, w.publisher);
    const model = await read(w.models, "modelOf", w.releaseId);
    const [log] = await w.models.queryFilter("ReleasePublished");
    const published = w.models.interface.parseLog(log as never)?.args["release"].toObject();
    const huge = { ...published, computeUnits: 2n ** 40n - 1n };
    const id = await models.getFunction("publishRelease").staticCall(model, "9.0.0", huge);
    await send(models, "publishRelease", [model, "9.0.0", huge]);
    await send(as(w.operators, w.rival), "setPrices", [w.rivalId, prices]);
    await expect(
      send(as(w.operators, w.rival), "startServing", [w.rivalId, id, ZK, LIMITS]),
    ).to.be.revertedWithCustomError(w.operators, "PriceTooHigh");
  });
});

describe("stopServing", () => {
  it("closes the gap in the list", async () => {
    const w = await withTwo();
    const registry = as(w.operators, w.operator);
    await expect(registry.getFunction("stopServing")(w.operatorId, w.releaseId, ZK))
      .to.emit(w.operators, "ListingRemoved")
      .withArgs(w.operatorId, w.releaseId, ZK);
    const list = await read(w.operators, "listings", w.releaseId, ZK);
    expect(list.length).to.equal(2);
    expect((await ask(w)).assignment.operatorId).to.equal(w.rivalId);
    await send(as(w.operators, w.rival), "stopServing", [w.rivalId, w.releaseId, ZK]);
    await expect(asks(w))
      .to.be.revertedWithCustomError(w.operators, "NoOperator")
      .withArgs(w.releaseId, ZK);
    await expect(send(registry, "stopServing", [w.operatorId, w.releaseId, ZK]))
      .to.be.revertedWithCustomError(w.operators, "NotServing")
      .withArgs(w.operatorId, w.releaseId, ZK);
  });
});

describe("assign", () => {
  it("draws all who serve, about equally", async () => {
    const w = await withTwo();
    let first = 0;
    for (let i = 0; i < 60; i++) {
      if ((await ask(w)).assignment.operatorId === w.operatorId) first++;
    }
    expect(first > 10 && first < 50, `${first} of 60`).to.equal(true);
  });

  const limits: readonly (readonly [string, object, object])[] = [
    ["gas price", { minGasPrice: 5n }, { maxGasPrice: 4n }],
    ["callback gas", { maxCallbackGas: 99_999n }, { callbackGas: 100_000n }],
    ["input length", { maxInputLength: 127n }, {}],
  ];
  for (const [what, limit, terms] of limits) {
    it(`does not draw an operator whose limit of ${what} refuses`, async () => {
      const w = await world();
      const tight = { ...LIMITS, ...limit };
      const registry = as(w.operators, w.operator);
      await send(registry, "startServing", [w.operatorId, w.releaseId, ZK, tight]);
      await expect(asks(w, { terms })).to.be.revertedWithCustomError(w.operators, "NoOperator");
      const pinned = { ...terms, operatorId: w.operatorId };
      await expect(asks(w, { terms: pinned })).to.be.revertedWithCustomError(
        w.operators,
        "NoOperator",
      );
    });
  }

  it("does not draw an operator who was asked for and is in no list", async () => {
    const w = await world();
    await expect(asks(w, { terms: { operatorId: w.rivalId } }))
      .to.be.revertedWithCustomError(w.operators, "NoOperator")
      .withArgs(w.releaseId, ZK);
  });

  it("quotes the highest price of those it may draw", async () => {
    const dear = { ...PRICES, bytePrice: 2n * PRICES.bytePrice };
    const w = await withTwo(dear, { ...LIMITS, maxCallbackGas: 100_000n });
    const quoted = async (demand: object): Promise<bigint> =>
      read(w.operators, "highestPrice", w.releaseId, ZK, {
        operatorId: 0n,
        maxGasPrice: 0n,
        callbackGas: 0n,
        inputLength: 128n,
        bond: 0n,
        ...demand,
      });
    expect(await quoted({})).to.equal(PRICE + PRICES.bytePrice);
    expect(await quoted({ operatorId: w.operatorId })).to.equal(PRICE);
    expect(await quoted({ callbackGas: 200_000n })).to.equal(PRICE);
    await expect(quoted({ inputLength: 30_000n })).to.be.revertedWithCustomError(
      w.operators,
      "NoOperator",
    );
  });
});
