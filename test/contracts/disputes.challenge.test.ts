import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { movedBy } from "./support/books.ts";
import { challenge, challenges, closes, escalates, finalizes } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  CHALLENGE_BOND,
  deployOptimistic,
  JUDGE_ID,
  openAnswer,
  PROOF_SECONDS,
  untilWindowEnd,
  withOptimism,
  WINDOW_SECONDS,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import { deployTokenWorld } from "./support/tokenWorld.ts";
import {
  as,
  atNextSecond,
  buildWorld,
  ETHER,
  mined,
  networkHelpers,
  OUTPUT,
  read,
  send,
  STATUS,
} from "./support/world.ts";

const REVERTS = 1n;
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);
const BOND = { value: CHALLENGE_BOND };

const openChallenges = async (w: OptimisticWorld): Promise<bigint> =>
  read(w.coordinator, "openChallengesOf", w.operatorId);

/** Goes to so many seconds before the window's end. */
async function toLast(answered: Answered, seconds: bigint): Promise<void> {
  await networkHelpers.time.setNextBlockTimestamp(answered.windowEnd - seconds);
}

describe("challenge", () => {
  it("asks for a proof against three tenths of the release's bond", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    expect(await read(w.coordinator, "challengeBondOf", w.judgedId)).to.equal(CHALLENGE_BOND);
    const { record } = answered;
    const values = [record.payee, record.outputHash, record.answeredAt, record.gasFee];
    const replaced = [...values, w.stranger.address, CHALLENGE_BOND];
    const moved = await movedBy(w, async () =>
      expect(challenges(w, answered, BOND))
        .to.emit(w.coordinator, "RequestChallenged")
        .withArgs(
          answered.requestId,
          w.stranger.address,
          w.operatorId,
          answered.windowEnd,
          replaced,
        )
        .and.to.emit(w.coordinator, "Deposited")
        .withArgs(w.stranger.address, CHALLENGE_BOND),
    );
    expect(moved).to.deep.equal({ held: CHALLENGE_BOND });
    expect(await read(w.coordinator, "requestStatus", answered.requestId)).to.equal(
      STATUS.Challenged,
    );
    expect(await openChallenges(w)).to.equal(1n);
  });

  it("takes what the value sent does not cover from the balance, and leaves what is too much there", async () => {
    const w = await world();
    const value = CHALLENGE_BOND;
    await send(w.coordinator, "deposit", [w.stranger.address, value, { value }]);
    const [first, second] = [await openAnswer(w), await openAnswer(w)];
    expect(await movedBy(w, async () => challenge(w, first, { value: 1n }))).to.deep.equal({
      stranger: 1n - CHALLENGE_BOND,
      held: 1n,
    });
    expect(await movedBy(w, async () => challenge(w, second, { value: ETHER }))).to.deep.equal({
      stranger: ETHER - CHALLENGE_BOND,
      held: ETHER,
    });
  });

  it("is refused without its bond", async () => {
    const w = await world();
    await expect(challenges(w, await openAnswer(w), { value: CHALLENGE_BOND - 1n }))
      .to.be.revertedWithCustomError(w.coordinator, "BalanceTooLow")
      .withArgs(w.stranger.address, CHALLENGE_BOND - 1n, CHALLENGE_BOND);
  });

  it("costs no more where more bond is behind the answer", async () => {
    const w = await world();
    const answered = await openAnswer(w, { terms: { minBond: 2n * ANSWER_BOND } });
    expect(await movedBy(w, async () => challenge(w, answered, BOND))).to.deep.equal({
      held: CHALLENGE_BOND,
    });
  });

  it("is paid from the balance where the asset is a token, coins are refused", async () => {
    const w = await withOptimism(await networkHelpers.loadFixture(deployTokenWorld));
    const answered = await openAnswer(w);
    await expect(challenges(w, answered, BOND))
      .to.be.revertedWithCustomError(w.coordinator, "ValueUnexpected")
      .withArgs(CHALLENGE_BOND, 0n);
    await send(as(w.coordinator, w.stranger), "deposit", [w.stranger.address, ETHER]);
    await challenge(w, answered);
    expect(await read(w.coordinator, "balanceOf", w.stranger.address)).to.equal(
      ETHER - CHALLENGE_BOND,
    );
  });

  it("happens once, to an answer as it stands", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    const challenged = await challenge(w, answered, BOND);
    await expect(challenges(w, answered, BOND))
      .to.be.revertedWithCustomError(w.coordinator, "AnswerMismatch")
      .withArgs(answered.requestId);
    await expect(challenges(w, challenged, BOND))
      .to.be.revertedWithCustomError(w.coordinator, "AlreadyChallenged")
      .withArgs(answered.requestId);
  });

  it("is refused once the window is over", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await toLast(answered, 0n);
    await expect(challenges(w, answered, BOND))
      .to.be.revertedWithCustomError(w.coordinator, "WindowClosed")
      .withArgs(answered.requestId, answered.windowEnd);
  });

  it("is refused once the judge is revoked: no proof could answer it", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await expect(challenges(w, answered, BOND))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
      .withArgs(JUDGE_ID);
  });
});

describe("time to prove", () => {
  it("is proofSeconds from a challenge at the end of the window", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await toLast(answered, 1n);
    const { windowEnd } = await challenge(w, answered, BOND);
    expect(windowEnd).to.equal(answered.windowEnd - 1n + PROOF_SECONDS);
  });

  it("never ends before the window would have: who is about to overturn keeps his time", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    expect(PROOF_SECONDS < WINDOW_SECONDS).to.equal(true);
    const challenged = await challenge(w, answered, BOND);
    expect(challenged.windowEnd).to.equal(answered.windowEnd);
    await toLast(answered, 1n);
    await expect(closes(w, challenged)).to.be.revertedWithCustomError(w.coordinator, "WindowOpen");
  });

  it("grows with every proof the operator already owes, and shrinks with those he gave", async () => {
    const w = await world();
    const answers: Answered[] = [];
    for (let i = 0; i < 4; i++) answers.push(await openAnswer(w));
    const [first, second, third, fourth] = answers;
    if (!first || !second || !third || !fourth) throw new Error("not answered");
    await toLast(first, 10n);
    const challenged = await challenge(w, first, BOND);
    for (const [answered, open] of [
      [second, 2n],
      [third, 3n],
    ] as const) {
      const now = BigInt(await atNextSecond());
      const { windowEnd } = await challenge(w, answered, BOND);
      expect(windowEnd).to.equal(now + open * PROOF_SECONDS);
    }
    await mined(await escalates(w, challenged));
    expect(await openChallenges(w)).to.equal(2n);
    const now = BigInt(await atNextSecond());
    const { windowEnd } = await challenge(w, fourth, BOND);
    expect(windowEnd).to.equal(now + 3n * PROOF_SECONDS);
  });

  it("is what the deployment says", async () => {
    const w = await buildWorld({ profile: { challengeWindowSeconds: 7n, proofSeconds: 9n } });
    expect(await read(w.coordinator, "challengeWindowSeconds")).to.equal(7n);
    expect(await read(w.coordinator, "proofSeconds")).to.equal(9n);
  });
});

describe("closeChallenge", () => {
  async function challenged(terms: object = {}): Promise<{ w: OptimisticWorld; late: Answered }> {
    const w = await world();
    const answered = await openAnswer(w, { terms });
    await toLast(answered, 1n);
    return { w, late: await challenge(w, answered, BOND) };
  }

  it("ends an answer nobody proved: half burned, three tenths to the payer, two to the challenger", async () => {
    const { w, late } = await challenged({ callbackGas: 0n });
    await untilWindowEnd(late);
    const reward = ANSWER_BOND / 5n;
    const { escrow } = late.assignment;
    const refund = escrow + (3n * ANSWER_BOND) / 10n;
    const moved = await movedBy(w, async () =>
      expect(closes(w, late, { from: w.rival }))
        .to.emit(w.coordinator, "RequestOverturned")
        .withArgs(
          late.requestId,
          w.operatorId,
          w.stranger.address,
          ANSWER_BOND,
          reward,
          refund,
          "0x",
        ),
    );
    expect(moved).to.deep.equal({
      bond: -ANSWER_BOND,
      locked: -ANSWER_BOND,
      burned: ANSWER_BOND / 2n,
      payer: refund,
      stranger: reward + CHALLENGE_BOND,
      held: ANSWER_BOND / 2n,
      bondsHeld: -(ANSWER_BOND / 2n),
    });
    expect(await read(w.coordinator, "requestStatus", late.requestId)).to.equal(STATUS.Overturned);
    expect(await openChallenges(w)).to.equal(0n);
  });

  it("tells the requester that nothing will come", async () => {
    const { w, late } = await challenged({ delivery: DELIVERY.WhenFinal });
    await untilWindowEnd(late);
    await mined(await closes(w, late));
    expect(await read(w.consumer, "lastVoidedId")).to.equal(late.requestId);
    expect(await read(w.consumer, "callbacks")).to.equal(0n);
  });

  it("is not stopped by a requester who reverts, and calls none who wants no callback", async () => {
    const { w, late } = await challenged();
    await send(w.consumer, "setMood", [REVERTS]);
    await untilWindowEnd(late);
    await expect(closes(w, late))
      .to.emit(w.coordinator, "CallbackFailed")
      .and.to.emit(w.coordinator, "RequestOverturned");
    await send(w.consumer, "setMood", [0n]);
    await send(w.operators, "addBond", [w.operatorId, ETHER, { value: ETHER }]);
    const quiet = await challenge(w, await openAnswer(w, { terms: { callbackGas: 0n } }), BOND);
    await untilWindowEnd(quiet);
    await mined(await closes(w, quiet));
    expect(await read(w.consumer, "lastVoidedId")).to.equal(`0x${"00".repeat(32)}`);
  });

  it("waits for the proof's deadline, to the second", async () => {
    const { w, late } = await challenged();
    await toLast(late, 1n);
    await expect(closes(w, late))
      .to.be.revertedWithCustomError(w.coordinator, "WindowOpen")
      .withArgs(late.requestId, late.windowEnd);
    await toLast(late, 0n);
    await mined(await closes(w, late));
  });

  it("is refused where nobody asked for a proof", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    expect(answered.record.challenger).to.equal(ZeroAddress);
    await untilWindowEnd(answered);
    await expect(closes(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "NotChallenged")
      .withArgs(answered.requestId);
    await mined(await finalizes(w, answered));
  });

  it("is refused once the judge is revoked: no proof could come", async () => {
    const { w, late } = await challenged();
    await untilWindowEnd(late);
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await expect(closes(w, late))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
      .withArgs(JUDGE_ID);
  });

  it("leaves no output that could be delivered or checked", async () => {
    const { w, late } = await challenged();
    await untilWindowEnd(late);
    await mined(await closes(w, late));
    for (const [method, values] of [
      ["retryCallback", [late.request, OUTPUT, 500_000n]],
      ["checkResult", [late.requestId, OUTPUT, 0n, 0n]],
    ] as const) {
      await expect(w.coordinator.getFunction(method)(...values))
        .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
        .withArgs(late.requestId, STATUS.Overturned);
    }
  });
});
