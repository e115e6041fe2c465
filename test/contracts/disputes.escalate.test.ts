import { expect } from "chai";
import { hexlify } from "ethers";

import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { movedBy } from "./support/books.ts";
import { challenge, escalates, finalizes } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_PRICE,
  CHALLENGE_BOND,
  deployOptimistic,
  JUDGE_ID,
  openAnswer,
  untilWindowEnd,
  WRONG_OUTPUT,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  INPUT,
  mined,
  networkHelpers,
  OUTPUT,
  proofFor,
  read,
  send,
  STATUS,
  ZK,
} from "./support/world.ts";

const REVERTS = 1n;
const BOND = { value: CHALLENGE_BOND };
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);

describe("escalate", () => {
  it("makes an answer final at the judge's level, before its window is over", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    const moved = await movedBy(w, async () =>
      expect(escalates(w, answered))
        .to.emit(w.coordinator, "RequestFinalized")
        .withArgs(answered.requestId, w.operatorId, ZK, ANSWER_PRICE, 0n, true)
        .and.not.to.emit(w.coordinator, "ChallengeAnswered"),
    );
    expect(moved).to.deep.equal({ operator: ANSWER_PRICE, locked: -ANSWER_BOND });
    await read(w.coordinator, "checkResult", answered.requestId, OUTPUT, ZK, 0n);
    await untilWindowEnd(answered);
    await expect(finalizes(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(answered.requestId, STATUS.Finalized);
  });

  it("is possible after the window too, as long as nobody finalized", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await untilWindowEnd(answered);
    await mined(await escalates(w, answered));
    await read(w.coordinator, "checkResult", answered.requestId, OUTPUT, ZK, 0n);
  });

  it("wins a challenge: its bond goes to the operator", async () => {
    const w = await world();
    const challenged = await challenge(w, await openAnswer(w), BOND);
    const moved = await movedBy(w, async () =>
      expect(escalates(w, challenged))
        .to.emit(w.coordinator, "ChallengeAnswered")
        .withArgs(challenged.requestId, w.stranger.address, CHALLENGE_BOND),
    );
    expect(moved).to.deep.equal({
      operator: ANSWER_PRICE + CHALLENGE_BOND,
      locked: -ANSWER_BOND,
    });
    expect(await read(w.coordinator, "openChallengesOf", w.operatorId)).to.equal(0n);
  });

  it("may come from anyone, and pays the operator all the same", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    const moved = await movedBy(w, async () =>
      mined(await escalates(w, answered, { from: w.rival })),
    );
    expect(moved).to.deep.equal({ operator: ANSWER_PRICE, locked: -ANSWER_BOND });
  });

  it("delivers where the answer waited for being final", async () => {
    const w = await world();
    const answered = await openAnswer(w, { terms: { delivery: DELIVERY.WhenFinal } });
    await mined(await escalates(w, answered));
    expect(await read(w.consumer, "lastOutput")).to.equal(hexlify(OUTPUT));
    expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
    expect(await read(w.consumer, "lastAnsweredAt")).to.equal(answered.record.answeredAt);
  });

  it("leaves a callback that had failed to retryCallback", async () => {
    const w = await world();
    await send(w.consumer, "setMood", [REVERTS]);
    const answered = await openAnswer(w);
    await mined(await escalates(w, answered));
    await send(w.consumer, "setMood", [0n]);
    await send(w.coordinator, "retryCallback", [answered.request, OUTPUT, 500_000n]);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
  });

  it("is too late for a challenge at its deadline", async () => {
    const w = await world();
    const challenged = await challenge(w, await openAnswer(w), BOND);
    const evidence = await proofFor(w, challenged);
    await networkHelpers.time.setNextBlockTimestamp(challenged.windowEnd);
    await expect(escalates(w, challenged, { evidence }))
      .to.be.revertedWithCustomError(w.coordinator, "WindowClosed")
      .withArgs(challenged.requestId, challenged.windowEnd);
  });

  it("takes no proof of another output, input or payee", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await expect(escalates(w, answered, { output: WRONG_OUTPUT }))
      .to.be.revertedWithCustomError(w.coordinator, "OtherOutput")
      .withArgs(answered.requestId);
    const input = INPUT.map((byte) => byte ^ 1);
    await expect(escalates(w, answered, { input }))
      .to.be.revertedWithCustomError(w.coordinator, "InputMismatch")
      .withArgs(answered.requestId);
    await expect(escalates(w, answered, { payee: w.rivalId })).to.be.revertedWithCustomError(
      w.verifier,
      "ProofInvalid",
    );
  });

  it("takes an answer as it stands, and nothing but answers", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    const challenged = await challenge(w, answered, BOND);
    await expect(escalates(w, answered)).to.be.revertedWithCustomError(
      w.coordinator,
      "AnswerMismatch",
    );
    await mined(await escalates(w, challenged));
    await expect(escalates(w, challenged)).to.be.revertedWithCustomError(
      w.coordinator,
      "StatusWrong",
    );
  });

  it("has no judge who was revoked", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await expect(escalates(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
      .withArgs(JUDGE_ID);
  });
});
