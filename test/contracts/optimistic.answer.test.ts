import { expect } from "chai";
import { hexlify, keccak256, ZeroAddress } from "ethers";

import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { movedBy } from "./support/books.ts";
import { overturn } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_GAS,
  askJudged,
  claim,
  claims,
  deployOptimistic,
  GAS_PER_BYTE,
  JUDGE_ID,
  openAnswer,
  serve,
  WINDOW_SECONDS,
  WRONG_OUTPUT,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  as,
  atNextSecond,
  ETHER,
  GWEI,
  networkHelpers,
  OUTPUT,
  read,
  send,
  STATUS,
} from "./support/world.ts";

const REVERTS = 1n;
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);
const statusOf = async (w: OptimisticWorld, { requestId }: { requestId: string }) =>
  read(w.coordinator, "requestStatus", requestId);

describe("fulfill at Optimistic", () => {
  it("takes an answer that can be disputed, and pays nothing yet", async () => {
    const w = await world();
    const asked = await askJudged(w, { terms: { callbackGas: 0n } });
    const answeredAt = BigInt(await atNextSecond());
    const values = [w.operatorId, keccak256(OUTPUT), answeredAt, 0n, ZeroAddress, 0n];
    const windowEnd = answeredAt + WINDOW_SECONDS;
    const moved = await movedBy(w, async () =>
      expect(claims(w, asked))
        .to.emit(w.coordinator, "RequestAnswered")
        .withArgs(asked.requestId, w.operatorId, windowEnd, false, values, hexlify(OUTPUT)),
    );
    expect(moved).to.deep.equal({ locked: ANSWER_BOND });
    expect(await statusOf(w, asked)).to.equal(STATUS.Answered);
  });

  it("locks what the terms ask for", async () => {
    const w = await world();
    const answered = await openAnswer(w, { terms: { minBond: ETHER / 2n } });
    expect(answered.assignment.bond).to.equal(ETHER / 2n);
    expect((await read(w.operators, "bondOf", w.operatorId)).locked).to.equal(ETHER / 2n);
  });

  it("locks five times the price where that is more", async () => {
    const w = await world();
    const prices = { computePrice: ETHER / 100n, proofPrice: 0n, bytePrice: 0n };
    await serve(w, w.operator, { prices });
    await networkHelpers.time.increase(3_600);
    const answered = await openAnswer(w);
    expect(answered.assignment.price).to.equal((3n * ETHER) / 100n);
    expect((await read(w.operators, "bondOf", w.operatorId)).locked).to.equal((15n * ETHER) / 100n);
  });

  it("is the assigned operator's alone in his primary window", async () => {
    const w = await world();
    const asked = await askJudged(w);
    for (const payee of [w.rivalId, 0n]) {
      await expect(claims(w, asked, { payee, from: w.rival }))
        .to.be.revertedWithCustomError(w.coordinator, "NotAssigned")
        .withArgs(asked.requestId, payee, asked.assignment.primaryUntil);
    }
  });

  it("is refused to who does not send for the payee, his owner included", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await send(as(w.operators, w.operator), "removeSender", [w.operatorId, w.operator.address]);
    for (const from of [w.rival, w.operator]) {
      await expect(claims(w, asked, { from }))
        .to.be.revertedWithCustomError(w.operators, "SenderUnknown")
        .withArgs(w.operatorId, from.address);
    }
  });

  it("is refused where the bond is not free", async () => {
    const w = await world();
    const terms = { minBond: ETHER };
    await openAnswer(w, { terms });
    await expect(openAnswer(w, { terms }))
      .to.be.revertedWithCustomError(w.operators, "BondTooLow")
      .withArgs(w.operatorId, 0n, ETHER);
  });

  it("is refused to who is not bonded any more", async () => {
    const w = await world();
    const next = await askJudged(w);
    await overturn(w, await openAnswer(w, {}, { output: WRONG_OUTPUT }));
    await expect(claims(w, next))
      .to.be.revertedWithCustomError(w.operators, "NotBonded")
      .withArgs(w.operatorId);
  });

  it("is refused with another length than the release's", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await expect(claims(w, asked, { output: OUTPUT.slice(1) }))
      .to.be.revertedWithCustomError(w.coordinator, "OutputLengthWrong")
      .withArgs(asked.requestId, 19n, 20n);
  });

  it("is refused from the deadline on", async () => {
    const w = await world();
    const asked = await askJudged(w, { terms: { operatorId: w.operatorId } });
    const { deadline } = asked.request.terms;
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await expect(claims(w, asked))
      .to.be.revertedWithCustomError(w.coordinator, "DeadlinePassed")
      .withArgs(asked.requestId, deadline);
  });

  it("is refused once the judge is revoked: nobody could overturn it", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await expect(claims(w, asked))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
      .withArgs(JUDGE_ID);
    await send(w.coordinator, "fail", [asked.request, asked.assignment]);
  });

  it("is refused with another assignment, and a second time", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await expect(claims(w, asked, { assignment: { bond: 0n } })).to.be.revertedWithCustomError(
      w.coordinator,
      "AssignmentMismatch",
    );
    await claim(w, asked);
    await expect(claims(w, asked))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(asked.requestId, STATUS.Answered);
  });

  it("remembers what sending it cost", async () => {
    const w = await world();
    const asked = await askJudged(w, { terms: { callbackGas: 0n, maxGasPrice: 6n * GWEI } });
    await networkHelpers.setNextBlockBaseFeePerGas(5n * GWEI);
    const { record } = await claim(w, asked, { gasPrice: 9n * GWEI, gasLimit: 300_000n });
    expect(record.gasFee).to.equal((ANSWER_GAS + GAS_PER_BYTE * 20n) * 6n * GWEI);
  });
});

describe("delivery of an optimistic answer", () => {
  it("comes with the answer and says that it is not final", async () => {
    const w = await world();
    const { requestId, record, isDelivered } = await openAnswer(w);
    expect(isDelivered).to.equal(true);
    expect(await read(w.consumer, "lastRequestId")).to.equal(requestId);
    expect(await read(w.consumer, "lastOutput")).to.equal(hexlify(OUTPUT));
    expect(await read(w.consumer, "lastAnsweredAt")).to.equal(record.answeredAt);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(false);
  });

  it("waits where the terms ask for a final answer", async () => {
    const w = await world();
    const terms = { delivery: DELIVERY.WhenFinal };
    expect((await openAnswer(w, { terms })).isDelivered).to.equal(false);
    expect(await read(w.consumer, "callbacks")).to.equal(0n);
  });

  it("changes nothing of the answer when it fails", async () => {
    const w = await world();
    await send(w.consumer, "setMood", [REVERTS]);
    const asked = await askJudged(w);
    await expect(claims(w, asked))
      .to.emit(w.coordinator, "CallbackFailed")
      .and.to.emit(w.coordinator, "RequestAnswered");
    expect(await statusOf(w, asked)).to.equal(STATUS.Answered);
  });

  it("sees an answered request without a result", async () => {
    const w = await world();
    const asked = await askJudged(w);
    for (const [view, expected] of [
      ["requestStatus", STATUS.Answered],
      ["resultDigest", 0n],
    ] as const) {
      const snapshot = await networkHelpers.takeSnapshot();
      const data = w.coordinator.interface.encodeFunctionData(view, [asked.requestId]);
      await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
      await claim(w, asked);
      expect(BigInt(await read(w.consumer, "callResult"))).to.equal(expected);
      await snapshot.restore();
    }
  });
});
