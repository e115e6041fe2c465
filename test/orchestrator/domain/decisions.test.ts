import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { nextStep } from "../../../orchestrator/domain/decisions.ts";
import { blockHash, hex, journaledRequest, viewOf } from "../support/builders.ts";

const view = viewOf({ settleDepth: 2, finalNumber: 5 });
const answered = { hasOutput: true, hasProof: true };

describe("nextStep", () => {
  it("goes from inference to proof to settlement", () => {
    assert.deepEqual(nextStep(journaledRequest(1), view), { kind: "infer" });
    assert.deepEqual(nextStep(journaledRequest(1, { hasOutput: true }), view), { kind: "prove" });
    assert.deepEqual(nextStep(journaledRequest(1, answered), view), { kind: "fulfill" });
  });

  it("computes at once but settles only at the configured depth", () => {
    const shallow = { ...view, head: { number: 11, timestamp: 1_500 } };
    assert.deepEqual(nextStep(journaledRequest(1), shallow), { kind: "infer" });
    const waiting = { kind: "wait", reason: "DepthNotReached" };
    assert.deepEqual(nextStep(journaledRequest(1, answered), shallow), waiting);
  });

  it("waits while a transaction of ours has an open fate, also past the deadline", () => {
    const sent = journaledRequest(1, { ...answered, transactionId: 4 });
    const late = { ...view, head: { number: 12, timestamp: 9_999 } };
    assert.deepEqual(nextStep(sent, view), { kind: "wait", reason: "TransactionPending" });
    assert.deepEqual(nextStep(sent, late), { kind: "wait", reason: "TransactionPending" });
  });

  it("does nothing for a request whose block was rolled back", () => {
    const orphan = journaledRequest(1, { ...answered, seen: null });
    assert.deepEqual(nextStep(orphan, view), { kind: "wait", reason: "BlockRolledBack" });
    const late = { ...view, head: { number: 12, timestamp: 3_000 } };
    assert.deepEqual(nextStep(orphan, late), { kind: "given up", code: "DeadlinePassed" });
  });

  it("leaves other operators' requests alone until their window is over", () => {
    const foreign = journaledRequest(1, { operatorId: 99n });
    const other = { kind: "wait", reason: "AssignedToOther" };
    assert.deepEqual(nextStep(foreign, view), other);
    assert.deepEqual(nextStep(foreign, { ...view, fallback: true }), other);
    const late = { ...view, head: { number: 12, timestamp: 2_000 } };
    assert.deepEqual(nextStep(foreign, late), other);
    assert.deepEqual(nextStep(foreign, { ...late, fallback: true }), { kind: "infer" });
  });

  it("gives up after the deadline, on a failure, and never serves unbuilt levels", () => {
    const late = { ...view, head: { number: 12, timestamp: 3_000 }, market: null };
    const passed = { kind: "given up", code: "DeadlinePassed" };
    assert.deepEqual(nextStep(journaledRequest(1), late), passed);
    const failure = { code: "ModelRefused", message: "no", stage: "infer" } as const;
    const refused = { kind: "given up", code: "ModelRefused" };
    assert.deepEqual(nextStep(journaledRequest(1, { failure }), view), refused);
    const unserved = { kind: "wait", reason: "LevelNotServed" };
    assert.deepEqual(nextStep(journaledRequest(1, { level: "Tee" }), view), unserved);
  });

  it("never calls a mined ending final before the finalised tag passes it", () => {
    const block = { number: 11, hash: blockHash(11) };
    const ending = { status: "Finalized", transactionHash: hex(1), block } as const;
    const row = journaledRequest(1, { ...answered, ending });
    const mined = { kind: "ended", status: "Finalized", isFinal: false };
    assert.deepEqual(nextStep(row, view), mined);
    assert.deepEqual(nextStep(row, { ...view, finalNumber: 10 }), mined);
    assert.deepEqual(nextStep(row, { ...view, finalNumber: 11 }), { ...mined, isFinal: true });
  });
});
