import { expect } from "chai";

import { asCoordinator } from "./support/asCoordinator.ts";
import {
  answer,
  as,
  ask,
  deployWorld,
  ETHER,
  networkHelpers,
  PRICE,
  PRICES,
  read,
  send,
  ZK,
  type World,
} from "./support/world.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const LIMITS = {
  minGasPrice: 0n,
  maxCallbackGas: 2_500_000n,
  maxInputLength: 24_576n,
  maxBond: 0n,
};
const DEMAND = { operatorId: 0n, maxGasPrice: 0n, callbackGas: 0n, inputLength: 128n, bond: 0n };
const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

async function serveAt(w: World, prices: object, limits: object = LIMITS): Promise<void> {
  const registry = as(w.operators, w.operator);
  await send(registry, "setPrices", [w.operatorId, prices]);
  await send(registry, "startServing", [w.operatorId, w.releaseId, ZK, limits]);
}

async function rivalServes(w: World, prices: object = PRICES): Promise<void> {
  const registry = as(w.operators, w.rival);
  await send(registry, "setPrices", [w.rivalId, prices]);
  await send(registry, "startServing", [w.rivalId, w.releaseId, ZK, LIMITS]);
}

const ticketsOf = async (w: World, operatorId: bigint): Promise<bigint> =>
  (await read(w.operators, "entryOf", operatorId, w.releaseId, ZK)).tickets;

const priceNow = async (w: World): Promise<bigint> =>
  read(w.operators, "highestPrice", w.releaseId, ZK, DEMAND);

describe("tickets", () => {
  it("follow the bond, two for the least, eight at most", async () => {
    const w = await world();
    expect(await ticketsOf(w, w.operatorId)).to.equal(2n);
    for (const [more, tickets] of [
      [ETHER / 2n, 3n],
      [ETHER / 2n + 1n, 4n],
      [20n * ETHER, 8n],
    ] as const) {
      await send(w.operators, "addBond", [w.operatorId, more, { value: more }]);
      await expect(w.operators.getFunction("refreshTickets")(w.operatorId, w.releaseId, ZK))
        .to.emit(w.operators, "TicketsSet")
        .withArgs(w.operatorId, w.releaseId, ZK, tickets);
      expect(await ticketsOf(w, w.operatorId)).to.equal(tickets);
    }
  });

  it("fall when bond starts to leave, by anyone's call", async () => {
    const w = await world();
    await send(w.operators, "addBond", [w.operatorId, 3n * ETHER, { value: 3n * ETHER }]);
    await send(w.operators, "refreshTickets", [w.operatorId, w.releaseId, ZK]);
    await rivalServes(w);
    await send(as(w.operators, w.operator), "startUnbonding", [w.operatorId, 3n * ETHER]);
    await send(as(w.operators, w.stranger), "refreshTickets", [w.operatorId, w.releaseId, ZK]);
    expect(await ticketsOf(w, w.operatorId)).to.equal(2n);
    expect(await ticketsOf(w, w.rivalId)).to.equal(2n);
    const list = await read(w.operators, "listings", w.releaseId, ZK);
    const ids = list.map((listing: { operatorId: bigint }) => listing.operatorId);
    expect(ids.filter((id: bigint) => id === w.operatorId).length).to.equal(2);
    expect(ids.filter((id: bigint) => id === w.rivalId).length).to.equal(2);
  });

  it("are nobody's who does not serve", async () => {
    const w = await world();
    await expect(send(w.operators, "refreshTickets", [w.rivalId, w.releaseId, ZK]))
      .to.be.revertedWithCustomError(w.operators, "NotServing")
      .withArgs(w.rivalId, w.releaseId, ZK);
  });

  it("close a gap with the last of the same operator's", async () => {
    const w = await world();
    await rivalServes(w);
    const registry = await asCoordinator(w);
    const placesLeft = async (operatorId: bigint): Promise<readonly bigint[]> => {
      const offer = { operatorId, price: 0n, latePenalty: 0n };
      await send(registry, "decline", [w.releaseId, ZK, DEMAND, offer, 0n, 0n]);
      const list = await read(w.operators, "listings", w.releaseId, ZK);
      return list.map((listing: { operatorId: bigint }) => listing.operatorId);
    };
    // The rival's second ticket moves before his first, which is the last then.
    expect(await placesLeft(w.operatorId)).to.deep.equal([w.operatorId, w.rivalId, w.rivalId]);
    expect(await placesLeft(w.rivalId)).to.deep.equal([w.operatorId, w.rivalId]);
    expect(await placesLeft(w.rivalId)).to.deep.equal([w.operatorId]);
    expect(await ticketsOf(w, w.rivalId)).to.equal(0n);
  });

  it("weigh in the draw", async () => {
    const w = await world();
    await send(w.operators, "addBond", [w.operatorId, 3n * ETHER, { value: 3n * ETHER }]);
    await send(w.operators, "refreshTickets", [w.operatorId, w.releaseId, ZK]);
    await rivalServes(w);
    let first = 0;
    for (let i = 0; i < 60; i++) {
      if ((await ask(w)).assignment.operatorId === w.operatorId) first++;
    }
    expect(first > 36 && first < 60, `${first} of 60`).to.equal(true);
  });
});

describe("two draws", () => {
  it("take the cheaper operator more often than not, the dearer one sometimes", async () => {
    const w = await world();
    await rivalServes(w, { ...PRICES, bytePrice: 0n });
    let cheap = 0;
    for (let i = 0; i < 60; i++) {
      const { operatorId, price } = (await ask(w)).assignment;
      expect(price).to.equal(operatorId === w.rivalId ? PRICE - PRICES.bytePrice : PRICE);
      if (operatorId === w.rivalId) cheap++;
    }
    // Three in four are expected: only two draws of the dearer one's tickets take him.
    expect(cheap > 33 && cheap < 60, `${cheap} of 60`).to.equal(true);
  });

  it("are the same for one who reverts and asks again in the same block", async () => {
    const w = await world();
    await rivalServes(w);
    const drawn = await Promise.all(
      [1n, 1n, 1n].map((seed) =>
        read(w.operators, "assign", w.releaseId, ZK, DEMAND, seed * 0x1234n),
      ),
    );
    expect(new Set(drawn.map((offer) => offer.operatorId)).size).to.equal(1);
  });
});

describe("prices", () => {
  const dear = { ...PRICES, bytePrice: 3n * PRICES.bytePrice };
  const DEAR = PRICE + 2n * PRICES.bytePrice;

  it("fall at once", async () => {
    const w = await world();
    await serveAt(w, { ...PRICES, bytePrice: 0n });
    expect((await ask(w)).assignment.price).to.equal(PRICE - PRICES.bytePrice);
  });

  it("rise after an hour", async () => {
    const w = await world();
    await serveAt(w, dear);
    const now = await networkHelpers.time.latest();
    expect(await priceNow(w)).to.equal(PRICE);
    expect((await ask(w)).assignment.price).to.equal(PRICE);
    await networkHelpers.time.increaseTo(now + HOUR);
    expect(await priceNow(w)).to.equal(DEAR);
    const terms = { deadline: BigInt(now + 2 * HOUR) };
    expect((await ask(w, { terms })).assignment.price).to.equal(DEAR);
  });

  it("that wait give way to a cut", async () => {
    const w = await world();
    await serveAt(w, dear);
    await serveAt(w, { ...PRICES, bytePrice: 0n });
    await networkHelpers.time.increase(HOUR);
    expect(await priceNow(w)).to.equal(PRICE - PRICES.bytePrice);
  });

  it("do not rise sooner for who leaves the list and comes back", async () => {
    const w = await world();
    const registry = as(w.operators, w.operator);
    await send(registry, "stopServing", [w.operatorId, w.releaseId, ZK]);
    await serveAt(w, dear);
    expect(await priceNow(w)).to.equal(PRICE);
    await send(registry, "stopServing", [w.operatorId, w.releaseId, ZK]);
    await networkHelpers.time.increase(HOUR);
    await serveAt(w, dear);
    expect(await priceNow(w)).to.equal(DEAR);
  });

  it("that came into effect stay when tickets are refreshed", async () => {
    const w = await world();
    await serveAt(w, dear);
    await networkHelpers.time.increase(HOUR);
    await send(w.operators, "refreshTickets", [w.operatorId, w.releaseId, ZK]);
    const [listing] = await read(w.operators, "listings", w.releaseId, ZK);
    expect(listing.price).to.equal(DEAR);
    expect(listing.hasPendingPrice).to.equal(false);
  });

  it("bound the late penalty by their compute part", async () => {
    const w = await world();
    const { latePenalty, price } = (await ask(w)).assignment;
    const compute = 3n * PRICES.computePrice;
    expect(latePenalty <= compute && latePenalty > compute - price / 255n).to.equal(true);
  });
});

describe("what only the coordinator may do", () => {
  const offer = { operatorId: 1n, price: 1n, latePenalty: 1n };
  const late = {
    operatorId: 1n,
    releaseId: `0x${"00".repeat(32)}`,
    level: ZK,
    penalty: 1n,
    mostPaid: 1n,
    maxGasPrice: 0n,
    assignedAt: 0n,
    primaryUntil: 0n,
    isLast: true,
  };
  const calls: readonly (readonly [string, (w: World) => readonly unknown[]])[] = [
    ["decline", (w) => [w.releaseId, ZK, DEMAND, offer, 0n, 0n]],
    ["penalizeLate", () => [late]],
  ];
  for (const [method, parameters] of calls) {
    it(`includes ${method}`, async () => {
      const w = await world();
      await expect(send(as(w.operators, w.operator), method, parameters(w)))
        .to.be.revertedWithCustomError(w.operators, "NotCoordinator")
        .withArgs(w.operator.address);
    });
  }
});

describe("payout address", () => {
  it("is where a sender may send earnings, and nowhere else", async () => {
    const w = await world();
    await answer(w, await ask(w));
    const registry = as(w.operators, w.operator);
    await send(registry, "addSender", [w.operatorId, w.stranger.address]);
    const to = "0x00000000000000000000000000000000000000dd";
    await expect(registry.getFunction("setPayout")(w.operatorId, to))
      .to.emit(w.operators, "PayoutSet")
      .withArgs(w.operatorId, (address: string) => BigInt(address) === 0xddn);
    const coordinator = as(w.coordinator, w.stranger);
    await expect(
      send(coordinator, "withdrawEarnings", [w.operatorId, w.stranger.address, 1n]),
    ).to.be.revertedWithCustomError(w.coordinator, "NotOperatorOwner");
    await expect(
      send(as(w.coordinator, w.rival), "withdrawEarnings", [w.operatorId, to, 1n]),
    ).to.be.revertedWithCustomError(w.coordinator, "NotOperatorOwner");
    await send(coordinator, "withdrawEarnings", [w.operatorId, to, PRICE]);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(0n);
  });
});

describe("declined too often", () => {
  it("keeps out of the list for a day", async () => {
    const w = await world();
    const coordinator = as(w.coordinator, w.operator);
    for (let i = 0; i < 2; i++) {
      const { request, assignment } = await ask(w);
      await send(coordinator, "decline", [request, assignment]);
    }
    expect(await ticketsOf(w, w.operatorId)).to.equal(0n);
    const registry = as(w.operators, w.operator);
    await expect(
      send(registry, "startServing", [w.operatorId, w.releaseId, ZK, LIMITS]),
    ).to.be.revertedWithCustomError(w.operators, "DeclinedTooOften");
    await networkHelpers.time.increase(DAY);
    await send(registry, "startServing", [w.operatorId, w.releaseId, ZK, LIMITS]);
    expect(await ticketsOf(w, w.operatorId)).to.equal(2n);
  });

  it("is counted up to what a byte holds, and can still be declined", async () => {
    const w = await world();
    const registry = await asCoordinator(w);
    const offer = { operatorId: w.operatorId, price: 0n, latePenalty: 0n };
    const declines = async () => {
      await send(registry, "decline", [w.releaseId, ZK, DEMAND, offer, 0n, 0n]);
      return (await read(w.operators, "entryOf", w.operatorId, w.releaseId, ZK)).entry.declines;
    };
    for (let i = 1n; i < 255n; i++) await declines();
    expect(await declines()).to.equal(255n);
    expect(await declines()).to.equal(255n);
  });
});
