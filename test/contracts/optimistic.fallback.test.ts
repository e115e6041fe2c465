import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";

import { movedBy } from "./support/books.ts";
import {
  ANSWER_BOND,
  ANSWER_PRICE,
  askJudged,
  claim,
  claims,
  deployOptimistic,
  openAnswer,
  serve,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  as,
  CALLBACK_GAS,
  ETHER,
  mined,
  networkHelpers,
  OPTIMISTIC,
  PRICES,
  PRIMARY_WINDOW_SECONDS,
  read,
  send,
  STATUS,
  type Asked,
} from "./support/world.ts";

const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);

const fallbackOf = async (w: OptimisticWorld, asked: Asked): Promise<bigint> =>
  read(w.coordinator, "fallbackOf", asked.request, asked.assignment);

/** Mines a block in the middle of a window after the primary one, counted from 0. */
async function toWindow({ assignment }: Asked, window: bigint): Promise<void> {
  const seconds = window * PRIMARY_WINDOW_SECONDS + PRIMARY_WINDOW_SECONDS / 2n;
  await networkHelpers.time.increaseTo(assignment.primaryUntil + seconds);
}

/** Whom the registry draws for a window, from the seed the design gives it. */
async function drawnIn(w: OptimisticWorld, asked: Asked, window: bigint): Promise<bigint> {
  const words = AbiCoder.defaultAbiCoder().encode(
    ["bytes32", "uint256"],
    [asked.requestId, window],
  );
  const demand = {
    operatorId: 0n,
    maxGasPrice: 0n,
    callbackGas: CALLBACK_GAS,
    inputLength: 128n,
    bond: ANSWER_BOND,
  };
  const values = [demand, ANSWER_PRICE, ANSWER_BOND, BigInt(keccak256(words))];
  return read(w.operators, "fallbackFor", w.judgedId, OPTIMISTIC, ...values);
}

async function decline(w: OptimisticWorld, asked: Asked): Promise<Asked> {
  const coordinator = as(w.coordinator, w.operator);
  const receipt = await send(coordinator, "decline", [asked.request, asked.assignment]);
  const event = receipt.logs
    .map((log) => w.coordinator.interface.parseLog(log))
    .find((log) => log?.name === "RequestReassigned");
  return { ...asked, assignment: event?.args["assignment"].toObject() };
}

/** The rival alone is left to draw from. */
async function onlyRival(w: OptimisticWorld): Promise<void> {
  await serve(w, w.rival);
  await send(as(w.operators, w.operator), "stopServing", [w.operatorId, w.judgedId, OPTIMISTIC]);
}

describe("fallbackOf", () => {
  it("is the assigned operator in his primary window", async () => {
    const w = await world();
    expect(await fallbackOf(w, await askJudged(w))).to.equal(w.operatorId);
  });

  it("is drawn anew for each window after it", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await serve(w, w.rival);
    const drawn = new Set<bigint>();
    for (let window = 0n; window < 16n; window++) {
      await toWindow(asked, window);
      const fallback = await fallbackOf(w, asked);
      expect(fallback).to.equal(await drawnIn(w, asked, window));
      drawn.add(fallback);
    }
    expect([...drawn]).to.have.members([w.operatorId, w.rivalId]);
  });

  it("asks nobody who wants more than was agreed", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await onlyRival(w);
    await toWindow(asked, 0n);
    expect(await fallbackOf(w, asked)).to.equal(w.rivalId);
    await serve(w, w.rival, { prices: { ...PRICES, bytePrice: 2n * PRICES.bytePrice } });
    await toWindow(asked, 55n);
    expect(await fallbackOf(w, asked)).to.equal(w.rivalId);
    await toWindow(asked, 61n);
    expect(await fallbackOf(w, asked)).to.equal(0n);
  });

  it("is known for a release that was retired meanwhile", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await send(as(w.models, w.publisher), "retireRelease", [w.judgedId]);
    await toWindow(asked, 1n);
    expect(await fallbackOf(w, asked)).to.equal(w.operatorId);
    await claim(w, asked);
  });

  it("is nobody where nobody serves: the request expires", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await send(as(w.operators, w.operator), "stopServing", [w.operatorId, w.judgedId, OPTIMISTIC]);
    await toWindow(asked, 0n);
    expect(await fallbackOf(w, asked)).to.equal(0n);
    for (const payee of [0n, w.operatorId]) {
      await expect(claims(w, asked, { payee })).to.be.revertedWithCustomError(
        w.coordinator,
        "NotAssigned",
      );
    }
    await networkHelpers.time.increaseTo(asked.request.terms.deadline);
    await send(w.coordinator, "expire", [asked.request, asked.assignment]);
    expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Expired);
  });

  it("is asked of open requests only", async () => {
    const w = await world();
    await expect(fallbackOf(w, await openAnswer(w))).to.be.revertedWithCustomError(
      w.coordinator,
      "StatusWrong",
    );
  });
});

describe("answer of a fallback", () => {
  it("is his from the second the primary window ends, and the assigned operator's no more", async () => {
    const w = await world();
    const asked = await askJudged(w);
    const { primaryUntil } = asked.assignment;
    await onlyRival(w);
    await networkHelpers.time.setNextBlockTimestamp(primaryUntil - 1n);
    await expect(
      claims(w, asked, { payee: w.rivalId, from: w.rival }),
    ).to.be.revertedWithCustomError(w.coordinator, "NotAssigned");
    await networkHelpers.time.setNextBlockTimestamp(primaryUntil);
    await expect(claims(w, asked))
      .to.be.revertedWithCustomError(w.coordinator, "NotAssigned")
      .withArgs(asked.requestId, w.operatorId, primaryUntil);
    const { record } = await claim(w, asked, { payee: w.rivalId, from: w.rival });
    expect(record.payee).to.equal(w.rivalId);
  });

  it("brings him half of the late penalty at once; the other half is burned", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await onlyRival(w);
    await toWindow(asked, 0n);
    const penalty = asked.assignment.latePenalty;
    expect(penalty > 0n).to.equal(true);
    const moved = await movedBy(w, async () => {
      await expect(claims(w, asked, { payee: w.rivalId, from: w.rival }))
        .to.emit(w.coordinator, "OperatorLate")
        .withArgs(asked.requestId, w.operatorId, penalty / 2n);
    });
    expect(moved).to.deep.equal({
      bond: -penalty,
      rival: penalty / 2n,
      rivalsLocked: ANSWER_BOND,
      burned: penalty - penalty / 2n,
      held: penalty / 2n,
      bondsHeld: -(penalty / 2n),
    });
  });

  it("costs nobody who was drawn again himself", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await toWindow(asked, 3n);
    const moved = await movedBy(w, async () => claim(w, asked));
    expect(moved).to.deep.equal({ locked: ANSWER_BOND });
  });

  it("costs an operator whose bond is all locked nothing but his place", async () => {
    const w = await world();
    await openAnswer(w, { terms: { minBond: ETHER } });
    const asked = await askJudged(w);
    await onlyRival(w);
    await toWindow(asked, 0n);
    const moved = await movedBy(w, async () =>
      mined(await claims(w, asked, { payee: w.rivalId, from: w.rival })),
    );
    expect(moved).to.deep.equal({ rivalsLocked: ANSWER_BOND });
  });
});

describe("a declined request at Optimistic", () => {
  it("is at once the fallback's of each window, and no operator is late", async () => {
    const w = await world();
    const asked = await decline(w, await askJudged(w));
    expect(asked.assignment.operatorId).to.equal(0n);
    await onlyRival(w);
    expect(await fallbackOf(w, asked)).to.equal(w.rivalId);
    const moved = await movedBy(w, async () =>
      claim(w, asked, { payee: w.rivalId, from: w.rival }),
    );
    expect(moved).to.deep.equal({ rivalsLocked: ANSWER_BOND });
  });

  it("costs a decliner whose bond is busy no ticket", async () => {
    const w = await world();
    await openAnswer(w, { terms: { minBond: ETHER } });
    await decline(w, await askJudged(w));
    const { tickets } = await read(w.operators, "entryOf", w.operatorId, w.judgedId, OPTIMISTIC);
    expect(tickets).to.equal(2n);
  });
});

describe("a pinned request at Optimistic", () => {
  const pinned = (w: OptimisticWorld) => ({ terms: { operatorId: w.operatorId } });

  it("stays the pinned operator's in every window, also after he declined it", async () => {
    const w = await world();
    const first = await askJudged(w, pinned(w));
    const second = await decline(w, await askJudged(w, pinned(w)));
    await serve(w, w.rival);
    await toWindow(first, 7n);
    for (const asked of [first, second]) {
      expect(await fallbackOf(w, asked)).to.equal(w.operatorId);
      await expect(
        claims(w, asked, { payee: w.rivalId, from: w.rival }),
      ).to.be.revertedWithCustomError(w.coordinator, "NotAssigned");
      await claim(w, asked);
    }
  });

  it("is nobody's after the window while his bond is busy", async () => {
    const w = await world();
    await openAnswer(w, { terms: { minBond: ETHER } });
    const asked = await askJudged(w, pinned(w));
    await toWindow(asked, 0n);
    expect(await fallbackOf(w, asked)).to.equal(0n);
  });
});
