import { expect } from "chai";

import { asCoordinator } from "./support/asCoordinator.ts";
import {
  as,
  deployWorld,
  ETHER,
  GWEI,
  networkHelpers,
  PRICES,
  read,
  send,
  ZK,
  type World,
} from "./support/world.ts";

const OPTIMISTIC = 0n;
const TEE = 1n;
/** Of one answer for which no proof is made. */
const PRICE = 3n * PRICES.computePrice + PRICES.bytePrice;
const LIMITS = {
  minGasPrice: 0n,
  maxCallbackGas: 2_500_000n,
  maxInputLength: 24_576n,
  maxBond: ETHER,
};
const DEMAND = { operatorId: 0n, maxGasPrice: 0n, callbackGas: 0n, inputLength: 128n, bond: 0n };
const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

interface Serving {
  readonly level?: bigint;
  readonly limits?: object;
  readonly prices?: object;
}

async function operatorServes(w: World, serving: Serving = {}): Promise<void> {
  const { level = OPTIMISTIC, limits = {}, prices = PRICES } = serving;
  const registry = as(w.operators, w.operator);
  await send(registry, "setPrices", [w.operatorId, prices]);
  const values = [w.operatorId, w.releaseId, level, { ...LIMITS, ...limits }];
  await send(registry, "startServing", values);
}

async function rivalServes(w: World, serving: Serving = {}): Promise<void> {
  const registry = as(w.operators, w.rival);
  await send(registry, "setPrices", [w.rivalId, serving.prices ?? PRICES]);
  const values = [w.rivalId, w.releaseId, OPTIMISTIC, { ...LIMITS, ...serving.limits }];
  await send(registry, "startServing", values);
}

const lock = async (w: World, amount: bigint): Promise<unknown> =>
  send(await asCoordinator(w), "lockBond", [w.operatorId, w.operator.address, amount]);

const ticketsOf = async (w: World): Promise<bigint> =>
  (await read(w.operators, "entryOf", w.operatorId, w.releaseId, OPTIMISTIC)).tickets;

describe("price of an answer", () => {
  for (const [name, level] of [
    ["Optimistic", OPTIMISTIC],
    ["Tee", TEE],
  ] as const) {
    it(`has no proof part at level ${name}`, async () => {
      const w = await world();
      await operatorServes(w, { level });
      const [listing] = await read(w.operators, "listings", w.releaseId, level);
      expect(listing.price).to.equal(PRICE);
      const share = (3n * PRICES.computePrice * 255n) / PRICE;
      expect(listing.penaltyShare).to.equal(share);
      const offer = await read(w.operators, "assign", w.releaseId, level, DEMAND, 1n);
      expect(offer.price).to.equal(PRICE);
    });
  }

  it("has one at level Zk, as ever", async () => {
    const w = await world();
    const { price } = await read(w.operators, "assign", w.releaseId, ZK, DEMAND, 1n);
    expect(price).to.equal(PRICE + 2n * PRICES.proofPrice);
  });
});

describe("most bond of one answer", () => {
  it("stands in the listing in short", async () => {
    const w = await world();
    await operatorServes(w, { limits: { maxBond: 25n * 10n ** 16n } });
    const [listing] = await read(w.operators, "listings", w.releaseId, OPTIMISTIC);
    expect(listing.maxBond).to.equal((15n << 10n) | 250n);
  });

  it("is refused where it cannot stand there exactly", async () => {
    const w = await world();
    await expect(operatorServes(w, { limits: { maxBond: ETHER + 1n } }))
      .to.be.revertedWithCustomError(w.operators, "AmountNotShort")
      .withArgs(ETHER + 1n);
  });

  it("covers five times the price", async () => {
    const w = await world();
    const needed = 5n * PRICE;
    const below = 5_000n * GWEI;
    await expect(operatorServes(w, { limits: { maxBond: below } }))
      .to.be.revertedWithCustomError(w.operators, "MaxBondTooLow")
      .withArgs(below, needed);
    await operatorServes(w, { limits: { maxBond: needed } });
  });

  it("is asked for at level Optimistic only", async () => {
    const w = await world();
    for (const level of [TEE, ZK]) await operatorServes(w, { level, limits: { maxBond: 0n } });
  });

  it("keeps its operator out of draws and quotes that ask for more", async () => {
    const w = await world();
    await operatorServes(w, { limits: { maxBond: ETHER / 2n } });
    const within = { ...DEMAND, bond: ETHER / 2n };
    const beyond = { ...DEMAND, bond: ETHER / 2n + 1n };
    const offer = await read(w.operators, "assign", w.releaseId, OPTIMISTIC, within, 1n);
    expect(offer.operatorId).to.equal(w.operatorId);
    for (const operatorId of [0n, w.operatorId]) {
      const demand = { ...beyond, operatorId };
      await expect(read(w.operators, "assign", w.releaseId, OPTIMISTIC, demand, 1n))
        .to.be.revertedWithCustomError(w.operators, "NoOperator")
        .withArgs(w.releaseId, OPTIMISTIC);
      await expect(
        read(w.operators, "highestPrice", w.releaseId, OPTIMISTIC, demand),
      ).to.be.revertedWithCustomError(w.operators, "NoOperator");
    }
  });
});

describe("decline of an answer that locks bond", () => {
  const offerOf = (operatorId: bigint, price = PRICE): object => ({
    operatorId,
    price,
    latePenalty: 0n,
  });
  const declines = async (w: World, bond: bigint, seed = 0n) => {
    const registry = await asCoordinator(w);
    const values = [w.releaseId, OPTIMISTIC, DEMAND, offerOf(w.operatorId), bond, seed] as const;
    const offer = await read(registry, "decline", ...values);
    await send(registry, "decline", values);
    return offer;
  };

  it("costs a ticket if his free bond suffices", async () => {
    const w = await world();
    await operatorServes(w);
    await lock(w, ETHER / 2n);
    await declines(w, ETHER / 2n);
    expect(await ticketsOf(w)).to.equal(1n);
  });

  it("costs nothing if his bond stands behind other answers", async () => {
    const w = await world();
    await operatorServes(w);
    await lock(w, ETHER / 2n);
    await declines(w, ETHER / 2n + 1n);
    expect(await ticketsOf(w)).to.equal(2n);
  });

  it("hands it to an operator with free bond", async () => {
    const w = await world();
    await rivalServes(w);
    const { operatorId, price } = await declines(w, ETHER);
    expect(operatorId).to.equal(w.rivalId);
    expect(price).to.equal(PRICE);
  });

  it("hands it to nobody whose free bond or limits are below it", async () => {
    const w = await world();
    const half = ETHER / 2n;
    await rivalServes(w, { limits: { maxBond: half } });
    expect((await declines(w, half)).operatorId).to.equal(w.rivalId);
    expect((await declines(w, half + 1n)).operatorId).to.equal(0n);
    await rivalServes(w);
    expect((await declines(w, half + 1n)).operatorId).to.equal(w.rivalId);
    const { address } = w.rival;
    await send(await asCoordinator(w), "lockBond", [w.rivalId, address, half]);
    expect((await declines(w, half + 1n)).operatorId).to.equal(0n);
    expect((await declines(w, half)).operatorId).to.equal(w.rivalId);
  });
});

describe("fallbackFor", () => {
  const drawn = async (
    w: World,
    changes: { readonly demand?: object; readonly price?: bigint; readonly bond?: bigint } = {},
  ): Promise<bigint> => {
    const { price = PRICE, bond = 5n * PRICE } = changes;
    const demand = { ...DEMAND, ...changes.demand };
    return read(w.operators, "fallbackFor", w.releaseId, OPTIMISTIC, demand, price, bond, 3n);
  };

  it("draws nobody from an empty list", async () => {
    expect(await drawn(await world())).to.equal(0n);
  });

  it("draws an operator whose limits allow the demand, at most at the agreed price", async () => {
    const w = await world();
    await operatorServes(w);
    expect(await drawn(w)).to.equal(w.operatorId);
    expect(await drawn(w, { price: PRICE - 1n })).to.equal(0n);
    expect(await drawn(w, { demand: { callbackGas: 2_500_001n } })).to.equal(0n);
  });

  it("draws the cheaper of two", async () => {
    const w = await world();
    await operatorServes(w);
    await rivalServes(w, { prices: { ...PRICES, bytePrice: 0n } });
    const ids = new Set<bigint>();
    for (let seed = 0n; seed < 4n; seed++) {
      // Places 0 and 1 are the operator's, 2 and 3 the rival's.
      const values = [w.releaseId, OPTIMISTIC, DEMAND, PRICE, 0n, (seed << 128n) | 2n] as const;
      ids.add(await read(w.operators, "fallbackFor", ...values));
    }
    expect([...ids]).to.deep.equal([w.rivalId]);
  });

  it("draws nobody who cannot or does not want to lock the bond", async () => {
    const w = await world();
    await operatorServes(w, { limits: { maxBond: ETHER / 2n } });
    expect(await drawn(w, { bond: ETHER / 2n })).to.equal(w.operatorId);
    expect(await drawn(w, { bond: ETHER / 2n + 1n })).to.equal(0n);
    await lock(w, ETHER / 2n + 1n);
    expect(await drawn(w, { bond: ETHER / 2n })).to.equal(0n);
    expect(await drawn(w, { bond: ETHER / 2n - 1n })).to.equal(w.operatorId);
  });

  it("draws nobody whose bond fell below the minimum", async () => {
    const w = await world();
    await operatorServes(w);
    await lock(w, 1n);
    await send(await asCoordinator(w), "slashLocked", [w.operatorId, 1n, 0n]);
    expect(await ticketsOf(w)).to.equal(2n);
    expect(await drawn(w)).to.equal(0n);
  });

  it("is the operator who was asked for, while his bond suffices", async () => {
    const w = await world();
    await rivalServes(w);
    const demand = { operatorId: w.operatorId };
    expect(await drawn(w, { demand, price: 0n })).to.equal(w.operatorId);
    expect(await drawn(w, { demand, bond: ETHER + 1n })).to.equal(0n);
  });
});
