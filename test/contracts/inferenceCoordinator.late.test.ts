import { expect } from "chai";
import hre from "hardhat";

import { deployTokenWorld } from "./support/tokenWorld.ts";
import {
  answer,
  answers,
  as,
  ask,
  atNextSecond,
  deployWorld,
  ETHER,
  GWEI,
  networkHelpers,
  PRICE,
  PRIMARY_WINDOW_SECONDS,
  PRICES,
  read,
  send,
  STATUS,
  ZK,
  type Asked,
  type World,
} from "./support/world.ts";

const LIMITS = {
  minGasPrice: 0n,
  maxCallbackGas: 2_500_000n,
  maxInputLength: 24_576n,
  maxBond: 0n,
};
const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

/** The rival serves too, at this price of a byte unit. */
async function withRival(bytePrice = PRICES.bytePrice): Promise<World> {
  const w = await world();
  const registry = as(w.operators, w.rival);
  await send(registry, "setPrices", [w.rivalId, { ...PRICES, bytePrice }]);
  await send(registry, "startServing", [w.rivalId, w.releaseId, ZK, LIMITS]);
  return w;
}

/** Asks until the operator is drawn. */
async function askOperator(w: World): Promise<Asked> {
  for (;;) {
    const asked = await ask(w);
    if (asked.assignment.operatorId === w.operatorId) return asked;
  }
}

const decline = (w: World, asked: Asked, from = w.operator) =>
  as(w.coordinator, from).getFunction("decline")(asked.request, asked.assignment);

/** The same request with the assignment the decline made. */
async function reassigned(w: World, asked: Asked): Promise<Asked> {
  const [log] = await w.coordinator.queryFilter("RequestReassigned", "latest");
  const parsed = w.coordinator.interface.parseLog(log as never);
  return { ...asked, assignment: parsed?.args["assignment"].toObject() };
}

/** Declined in the last second, until somebody is drawn in his place. */
async function passOn(w: World, asked: Asked): Promise<Asked> {
  const { operatorId, assignedAt } = asked.assignment;
  const from = operatorId === w.operatorId ? w.operator : w.rival;
  for (let seed = 0; ; seed++) {
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.setPrevRandao(seed);
    await networkHelpers.time.setNextBlockTimestamp(assignedAt + PRIMARY_WINDOW_SECONDS / 3n - 1n);
    await decline(w, asked, from);
    const next = await reassigned(w, asked);
    if (next.assignment.operatorId !== 0n) return next;
    await snapshot.restore();
  }
}

const bondOf = async (w: World, operatorId: bigint): Promise<bigint> =>
  (await read(w.operators, "bondOf", operatorId)).amount;

describe("decline", () => {
  it("hands the request to another operator at the agreed price", async () => {
    const w = await withRival();
    const declined = await askOperator(w);
    await expect(decline(w, declined))
      .to.emit(w.coordinator, "RequestDeclined")
      .withArgs(declined.requestId, w.operatorId);
    const asked = await reassigned(w, declined);
    expect(asked.assignment.price).to.equal(PRICE);
    expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Open);
    // Both draws may hit the decliner's own last ticket: then anyone may answer.
    const payee = asked.assignment.operatorId === 0n ? w.operatorId : w.rivalId;
    await answer(w, asked, { payee });
    expect(await read(w.coordinator, "earningsOf", payee)).to.equal(PRICE);
  });

  it("leaves the request to every bonded operator if nobody else serves", async () => {
    const w = await world();
    const asked = await ask(w);
    await decline(w, asked);
    const open = await reassigned(w, asked);
    const now = BigInt(await networkHelpers.time.latest());
    expect(open.assignment).to.deep.include({
      operatorId: 0n,
      latePenalty: 0n,
      primaryUntil: now,
    });
    await expect(answers(w, open, { payee: 0n })).to.be.revertedWithCustomError(
      w.operators,
      "NotBonded",
    );
    await answer(w, open, { payee: w.rivalId, from: w.rival });
    expect(await read(w.coordinator, "earningsOf", w.rivalId)).to.equal(PRICE);
    expect(await bondOf(w, w.operatorId)).to.equal(ETHER);
  });

  it("draws nobody who asks for more", async () => {
    const w = await withRival(2n * PRICES.bytePrice);
    const asked = await askOperator(w);
    await decline(w, asked);
    expect((await reassigned(w, asked)).assignment.operatorId).to.equal(0n);
  });

  it("draws nobody where one operator was asked for", async () => {
    const w = await withRival();
    const asked = await ask(w, { terms: { operatorId: w.operatorId } });
    await decline(w, asked);
    expect((await reassigned(w, asked)).assignment.operatorId).to.equal(0n);
  });

  it("gives the next operator a window of his own, which ends with the deadline at the latest", async () => {
    const w = await withRival();
    for (const [id, registry] of [
      [w.operatorId, as(w.operators, w.operator)],
      [w.rivalId, as(w.operators, w.rival)],
    ] as const) {
      await send(registry, "addBond", [id, 3n * ETHER, { value: 3n * ETHER }]);
      await send(registry, "refreshTickets", [id, w.releaseId, ZK]);
    }
    const now = BigInt(await atNextSecond());
    const deadline = now + 2n * PRIMARY_WINDOW_SECONDS;
    let asked = await ask(w, { terms: { deadline } });
    for (const windows of [4n, 5n, 6n]) {
      asked = await passOn(w, asked);
      const { assignedAt, primaryUntil } = asked.assignment;
      expect(primaryUntil - assignedAt).to.equal(PRIMARY_WINDOW_SECONDS);
      expect(primaryUntil <= now + (windows * PRIMARY_WINDOW_SECONDS) / 3n).to.equal(true);
    }
    asked = await passOn(w, asked);
    expect(asked.assignment.primaryUntil).to.equal(deadline);
    expect(deadline - asked.assignment.assignedAt < PRIMARY_WINDOW_SECONDS).to.equal(true);
  });

  it("costs a ticket and no money", async () => {
    const w = await world();
    await decline(w, await ask(w));
    const { tickets, entry } = await read(w.operators, "entryOf", w.operatorId, w.releaseId, ZK);
    expect(tickets).to.equal(1n);
    expect(entry.declines).to.equal(1n);
    expect(await bondOf(w, w.operatorId)).to.equal(ETHER);
  });

  it("is refused after the first third of the window", async () => {
    const w = await world();
    const asked = await ask(w);
    const until = asked.assignment.assignedAt + PRIMARY_WINDOW_SECONDS / 3n;
    await networkHelpers.time.setNextBlockTimestamp(until);
    await expect(decline(w, asked))
      .to.be.revertedWithCustomError(w.coordinator, "DeclineTooLate")
      .withArgs(asked.requestId, until);
  });

  it("is refused to who does not send for the operator", async () => {
    const w = await world();
    const { request, assignment } = await ask(w);
    await expect(send(as(w.coordinator, w.rival), "decline", [request, assignment]))
      .to.be.revertedWithCustomError(w.coordinator, "NotSender")
      .withArgs(w.operatorId, w.rival.address);
  });

  it("makes the earlier assignment void", async () => {
    const w = await world();
    const asked = await ask(w);
    await decline(w, asked);
    await expect(answers(w, asked)).to.be.revertedWithCustomError(
      w.coordinator,
      "AssignmentMismatch",
    );
  });

  it("never moves the window beyond the deadline", async () => {
    const w = await withRival();
    for (;;) {
      const next = (await networkHelpers.time.latest()) + 5;
      await networkHelpers.time.setNextBlockTimestamp(next);
      const deadline = BigInt(next) + 2n * PRIMARY_WINDOW_SECONDS;
      const asked = await ask(w, { terms: { deadline } });
      if (asked.assignment.operatorId !== w.operatorId) continue;
      await networkHelpers.time.setNextBlockTimestamp(next + 19);
      await decline(w, asked);
      const { primaryUntil } = (await reassigned(w, asked)).assignment;
      expect(primaryUntil <= deadline).to.equal(true);
      return;
    }
  });
});

describe("late", () => {
  async function late(w: World, maxGasPrice = 0n): Promise<Asked> {
    const asked = await ask(w, { terms: { maxGasPrice } });
    await networkHelpers.time.increaseTo(asked.assignment.primaryUntil);
    return asked;
  }

  it("costs the penalty: half to who answers, half burned", async () => {
    const w = await world();
    const asked = await late(w);
    const penalty = asked.assignment.latePenalty;
    await expect(answers(w, asked, { payee: w.rivalId }))
      .to.emit(w.coordinator, "OperatorLate")
      .withArgs(asked.requestId, w.operatorId, penalty / 2n);
    expect(await bondOf(w, w.operatorId)).to.equal(ETHER - penalty);
    expect(await read(w.operators, "burned")).to.equal(penalty - penalty / 2n);
    expect(await read(w.coordinator, "earningsOf", w.rivalId)).to.equal(PRICE + penalty / 2n);
  });

  it("costs nothing who answers himself, however late", async () => {
    const w = await world();
    await answer(w, await late(w));
    expect(await bondOf(w, w.operatorId)).to.equal(ETHER);
  });

  it("costs the place in the list without the least bond", async () => {
    const w = await world();
    await answer(w, await late(w), { payee: w.rivalId });
    const list = await read(w.operators, "listings", w.releaseId, ZK);
    expect(list.length).to.equal(0);
  });

  it("costs the place in the list at the third time in a row", async () => {
    const w = await world();
    await send(w.operators, "addBond", [w.operatorId, ETHER, { value: ETHER }]);
    const listed = async (): Promise<number> =>
      (await read(w.operators, "listings", w.releaseId, ZK)).length;
    await answer(w, await late(w), { payee: w.rivalId });
    await answer(w, await late(w), { payee: w.rivalId });
    await answer(w, await ask(w));
    await answer(w, await late(w), { payee: w.rivalId });
    await answer(w, await late(w), { payee: w.rivalId });
    expect(await listed()).to.equal(2);
    await answer(w, await late(w), { payee: w.rivalId });
    expect(await listed()).to.equal(0);
  });

  it("is nobody while the base fee is above what the requester pays for", async () => {
    const w = await world();
    const asked = await late(w, GWEI);
    await networkHelpers.setNextBlockBaseFeePerGas(2n * GWEI);
    await answer(w, asked, { payee: w.rivalId });
    expect(await bondOf(w, w.operatorId)).to.equal(ETHER);
  });

  it("is nobody after a base-fee spike that was noted", async () => {
    const w = await world();
    const asked = await late(w, GWEI);
    await networkHelpers.setNextBlockBaseFeePerGas(2n * GWEI);
    const note = w.operators.getFunction("noteBaseFee");
    // Estimates are made at a base fee of zero.
    await expect(note({ gasLimit: 100_000n })).to.emit(w.operators, "BaseFeeNoted");
    await networkHelpers.setNextBlockBaseFeePerGas(GWEI / 2n);
    await expect(note({ gasLimit: 100_000n })).to.be.revertedWithCustomError(
      w.operators,
      "BaseFeeKnown",
    );
    await networkHelpers.setNextBlockBaseFeePerGas(GWEI / 2n);
    await answer(w, asked, { payee: w.rivalId });
    expect(await bondOf(w, w.operatorId)).to.equal(ETHER);
    const now = await networkHelpers.time.latest();
    expect(await read(w.operators, "highestBaseFee", now)).to.equal(2n * GWEI);
  });

  it("is nobody whose verifier was revoked", async () => {
    const w = await world();
    const asked = await late(w);
    await send(w.coordinator, "revokeVerifier", [1n]);
    await networkHelpers.time.increaseTo(asked.request.terms.deadline);
    await send(w.coordinator, "expire", [asked.request, asked.assignment]);
    expect(await bondOf(w, w.operatorId)).to.equal(ETHER);
  });

  it("is paid for in the token where the asset is one", async () => {
    const w = await networkHelpers.loadFixture(deployTokenWorld);
    const asked = await late(w);
    const bonus = asked.assignment.latePenalty / 2n;
    await answer(w, asked, { payee: w.rivalId });
    expect(await read(w.coordinator, "earningsOf", w.rivalId)).to.equal(PRICE + bonus);
    const held: bigint = await read(w.token, "balanceOf", w.addresses.coordinator);
    expect(held).to.equal(ETHER + bonus);
  });

  it("is an operator of a request that expires: the caller is paid from the penalty", async () => {
    const w = await world();
    const compute = { computePrice: 10n ** 15n, proofPrice: 0n, bytePrice: 0n };
    const registry = as(w.operators, w.operator);
    await send(registry, "setPrices", [w.operatorId, compute]);
    await send(registry, "startServing", [w.operatorId, w.releaseId, ZK, LIMITS]);
    await networkHelpers.time.increase(3_600);
    const asked = await ask(w, { terms: { maxGasPrice: 10n * GWEI, maxFee: ETHER } });
    await networkHelpers.time.increaseTo(asked.request.terms.deadline);
    const parameters = [asked.request, asked.assignment, { gasLimit: 500_000n }];
    const receipt = await send(as(w.coordinator, w.stranger), "expire", parameters);
    const reward: bigint = await read(w.coordinator, "balanceOf", w.stranger.address);
    // Coverage counts inside the contracts, which costs gas.
    if (!hre.globalOptions.coverage)
      expect(reward >= receipt.gasUsed * receipt.gasPrice).to.equal(true);
    const consumer = await w.consumer.getAddress();
    expect(await read(w.coordinator, "balanceOf", consumer)).to.equal(ETHER);
    const penalty = asked.assignment.latePenalty;
    expect(penalty > reward).to.equal(true);
    expect(await bondOf(w, w.operatorId)).to.equal(ETHER - penalty);
    expect(await read(w.operators, "burned")).to.equal(penalty - reward);
  });
});
