import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { nextStep } from "../../../orchestrator/domain/decisions.ts";
import type { View } from "../../../orchestrator/domain/view.ts";
import { agreement, GWEI, journaledRequest, viewOf } from "../support/builders.ts";

const { requestId, releaseId } = journaledRequest(1);

/** Second 1,100 of a window from 1,000 to 2,000: declining is free until 1,333. */
function at(timestamp: number, change: Partial<View> = {}): View {
  return viewOf({ head: { number: 12, timestamp }, ...change });
}

const declined = (code: string) => ({ kind: "decline", code });

describe("nextStep, while declining is free", () => {
  it("keeps a request it can answer", () => {
    assert.deepEqual(nextStep(journaledRequest(1), at(1_100)), { kind: "infer" });
  });

  it("gives back a request it gave up, until the first third is over", () => {
    const failure = { code: "ModelRefused", message: "no", stage: "infer" } as const;
    const refused = journaledRequest(1, { failure });
    const givenUp = { kind: "given up", code: "ModelRefused" };
    assert.deepEqual(nextStep(refused, at(1_331)), declined("ModelRefused"));
    // The next block, a second later, is the first in which the contract refuses.
    assert.deepEqual(nextStep(refused, at(1_332)), givenUp);
    assert.deepEqual(nextStep(refused, at(1_321, { blockSeconds: 12 })), givenUp);
    assert.deepEqual(nextStep({ ...refused, agreement: null }, at(1_100)), givenUp);
    const pending = { kind: "wait", reason: "TransactionPending" };
    assert.deepEqual(nextStep({ ...refused, transactionId: 1 }, at(1_100)), pending);
  });

  it("leaves declining to the operator it is assigned to", () => {
    const faults = new Map([[releaseId, { code: "RuntimeInexact", isLasting: true }]]);
    const other = journaledRequest(1, { operatorId: 99n });
    const waits = { kind: "wait", reason: "AssignedToOther" };
    assert.deepEqual(nextStep(other, at(1_100, { faults })), waits);
  });

  it("gives back at once what a lasting fault keeps it from answering", () => {
    const faults = new Map([[releaseId, { code: "RuntimeInexact", isLasting: true }]]);
    const view = at(1_001, { faults });
    assert.deepEqual(nextStep(journaledRequest(1), view), declined("RuntimeInexact"));
    const proven = journaledRequest(1, { hasOutput: true, hasProof: true });
    assert.deepEqual(nextStep(proven, view), { kind: "fulfill" });
    const another = journaledRequest(1, { releaseId: "0xbb" });
    assert.deepEqual(nextStep(another, view), { kind: "infer" });
  });

  it("waits for what may pass until the last blocks in which declining is free", () => {
    const faults = new Map([[releaseId, { code: "ArtefactMissing", isLasting: false }]]);
    assert.deepEqual(nextStep(journaledRequest(1), at(1_329, { faults })), { kind: "infer" });
    const missing = declined("ArtefactMissing");
    assert.deepEqual(nextStep(journaledRequest(1), at(1_330, { faults })), missing);
    const away = declined("QueueUnavailable");
    const standstill = "QueueUnavailable";
    assert.deepEqual(nextStep(journaledRequest(1), at(1_330, { standstill })), away);
    assert.deepEqual(nextStep(journaledRequest(1), at(1_329, { standstill })), { kind: "infer" });
  });

  it("gives back what its queue and its times do not let it answer in the window", () => {
    const taking = (seconds: number) => ({ secondsToAnswer: new Map([[requestId, seconds]]) });
    // Two blocks to be mined: 1,100 + 898 + 2 = 2,000 is just in time.
    assert.deepEqual(nextStep(journaledRequest(1), at(1_100, taking(898))), { kind: "infer" });
    const late = declined("AnswerTooLate");
    assert.deepEqual(nextStep(journaledRequest(1), at(1_100, taking(899))), late);
    const slow = { ...taking(880), blockSeconds: 12 };
    assert.deepEqual(nextStep(journaledRequest(1), at(1_100, slow)), late);
    const deep = { ...taking(1), settleDepth: 1_000 };
    assert.deepEqual(nextStep(journaledRequest(1), at(1_100, deep)), late);
  });

  it("gives back what pays less than its gas, in steady times", () => {
    const poor = agreement({ price: 0n, maxGasPrice: 10n * GWEI });
    const row = journaledRequest(1, { agreement: poor });
    const market = { baseFee: 10n * GWEI, tip: GWEI, isCoin: true };
    assert.deepEqual(nextStep(row, at(1_100, { market })), declined("PayTooLow"));
    assert.deepEqual(nextStep(row, at(1_100, { market: null })), { kind: "infer" });
    const token = { ...market, isCoin: false };
    assert.deepEqual(nextStep(row, at(1_100, { market: token })), { kind: "infer" });
    const rich = journaledRequest(1, { agreement: { ...poor, price: 10n ** 16n } });
    assert.deepEqual(nextStep(rich, at(1_100, { market })), { kind: "infer" });
    const wanting = at(1_100, { market, leastGain: 10n ** 16n });
    assert.deepEqual(nextStep(rich, wanting), declined("PayTooLow"));
  });

  it("keeps a request through a rise of gas that excuses it, and holds the answer back", () => {
    const market = { baseFee: 60n * GWEI, tip: GWEI, isCoin: true };
    assert.deepEqual(nextStep(journaledRequest(1), at(1_100, { market })), { kind: "infer" });
    const proven = journaledRequest(1, { hasOutput: true, hasProof: true });
    const held = { kind: "wait", reason: "GasAboveTerms" };
    assert.deepEqual(nextStep(proven, at(1_100, { market })), held);
    const fallen = { ...market, baseFee: 40n * GWEI };
    assert.deepEqual(nextStep(proven, at(1_100, { market: fallen })), { kind: "fulfill" });
    const dear = agreement({ price: 10n ** 17n });
    const worth = nextStep({ ...proven, agreement: dear }, at(1_100, { market }));
    assert.deepEqual(worth, { kind: "fulfill" });
  });
});
