import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isDefending } from "../../../orchestrator/domain/answered.ts";
import { needsBaseFeeNoted, nextStep } from "../../../orchestrator/domain/decisions.ts";
import type { RequestProgress, StandingAnswer } from "../../../orchestrator/domain/request.ts";
import {
  agreement,
  blockHash,
  GWEI,
  hex,
  journaledRequest,
  OPERATOR,
  SENDER,
  viewOf,
} from "../support/builders.ts";

const view = viewOf();
const STRANGER = hex(0xbad, 20);
const wait = (reason: string) => ({ kind: "wait", reason });

/** Answered by this operator at 1,400; its window ends at 2,000. The chain's second is 1,500. */
function answered(change: Partial<StandingAnswer> = {}, rest: Partial<RequestProgress> = {}) {
  const answer = {
    operatorId: OPERATOR,
    challenger: null,
    since: 1_400,
    until: 2_000,
    isRight: true,
  };
  return journaledRequest(1, {
    level: "Optimistic",
    hasOutput: true,
    answer: { ...answer, ...change },
    ...rest,
  });
}

const challenged = (change: Partial<StandingAnswer> = {}, rest: Partial<RequestProgress> = {}) =>
  answered({ challenger: STRANGER, ...change }, rest);

describe("nextStep, of an answer that stands", () => {
  it("waits for the window's end and finalizes then, past the request's deadline too", () => {
    assert.deepEqual(nextStep(answered(), view), wait("WindowOpen"));
    const over = viewOf({ head: { number: 12, timestamp: 2_000 } });
    assert.deepEqual(nextStep(answered(), over), { kind: "finalize" });
    const late = viewOf({ head: { number: 12, timestamp: 9_000 } });
    assert.deepEqual(nextStep(answered(), late), { kind: "finalize" });
  });

  it("leaves other operators' answers to them", () => {
    const other = answered({ operatorId: 99n });
    assert.deepEqual(nextStep(other, view), wait("AnsweredByOther"));
    const over = viewOf({ head: { number: 12, timestamp: 2_000 } });
    assert.deepEqual(nextStep(other, over), wait("AnsweredByOther"));
  });

  it("waits for what is on its way, not for what a journaled block holds", () => {
    const sent = answered({}, { transactionId: 4, inFlightId: 4 });
    assert.deepEqual(nextStep(sent, view), wait("TransactionPending"));
    assert.deepEqual(nextStep(answered({}, { transactionId: 4 }), view), wait("WindowOpen"));
  });

  it("ends what a revoked judge cannot judge, if a bond of ours is in it", () => {
    const revoked = viewOf({ revokedVerifiers: new Set([1n]) });
    assert.deepEqual(nextStep(answered(), revoked), { kind: "failAnswered" });
    assert.deepEqual(nextStep(challenged(), revoked), { kind: "failAnswered" });
    const other = answered({ operatorId: 99n });
    assert.deepEqual(nextStep(other, revoked), wait("VerifierRevoked"));
    const asked = challenged({ operatorId: 99n, challenger: SENDER });
    assert.deepEqual(nextStep(asked, revoked), { kind: "failAnswered" });
  });

  it("needs no base fee noted", () => {
    const market = { baseFee: 60n * GWEI, tip: GWEI, isCoin: true };
    assert.equal(needsBaseFeeNoted(answered(), viewOf({ market }), 0n), false);
  });

  it("is over once it ended", () => {
    const block = { number: 11, hash: blockHash(11) };
    const ending = { status: "Overturned", transactionHash: hex(1), block } as const;
    const ended = { kind: "ended", status: "Overturned", isFinal: false };
    assert.deepEqual(nextStep(challenged({}, { ending }), view), ended);
    assert.equal(isDefending(challenged({}, { ending }), view), false);
  });
});

describe("nextStep, of a challenged answer", () => {
  it("proves it, escalates it, and says when that came too late", () => {
    assert.deepEqual(nextStep(challenged(), view), { kind: "prove" });
    const proven = challenged({}, { hasProof: true });
    assert.deepEqual(nextStep(proven, view), { kind: "escalate" });
    const over = viewOf({ head: { number: 12, timestamp: 2_000 } });
    assert.deepEqual(nextStep(proven, over), wait("ProofDeadlinePassed"));
  });

  it("goes on after any failure, and from an empty journal", () => {
    const failure = { code: "ProvingFailed", message: "no", stage: "prove" } as const;
    assert.deepEqual(nextStep(challenged({}, { failure }), view), { kind: "prove" });
    const lost = challenged({ isRight: null }, { hasOutput: false });
    assert.deepEqual(nextStep(lost, view), { kind: "infer" });
  });

  it("does not try to prove what is not its output", () => {
    assert.deepEqual(nextStep(challenged({ isRight: false }), view), wait("AnswerDisowned"));
  });

  it("of others is closed by who asked, after the deadline", () => {
    const over = viewOf({ head: { number: 12, timestamp: 2_000 } });
    const asked = challenged({ operatorId: 99n, challenger: SENDER });
    assert.deepEqual(nextStep(asked, view), wait("AnsweredByOther"));
    assert.deepEqual(nextStep(asked, over), { kind: "closeChallenge" });
    const strangers = challenged({ operatorId: 99n });
    assert.deepEqual(nextStep(strangers, over), wait("AnsweredByOther"));
  });

  it("is defended by its operator alone", () => {
    assert.equal(isDefending(challenged(), view), true);
    assert.equal(isDefending(answered(), view), false);
    assert.equal(isDefending(challenged({ operatorId: 99n }), view), false);
    assert.equal(isDefending(journaledRequest(1), view), false);
  });

  it("counts for the price of a proof only with its money known", () => {
    const unknown = challenged({ operatorId: 99n }, { agreement: null });
    assert.deepEqual(nextStep(unknown, view), wait("AnsweredByOther"));
    assert.equal(agreement().bond, 0n);
  });
});
