import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { needsBaseFeeNoted, nextStep } from "../../../orchestrator/domain/decisions.ts";
import type { View } from "../../../orchestrator/domain/view.ts";
import { isWorthAnswering, isWorthExpiring } from "../../../orchestrator/domain/worth.ts";
import { agreement, blockHash, GWEI, hex, journaledRequest, viewOf } from "../support/builders.ts";

function at(timestamp: number, change: Partial<View> = {}): View {
  return viewOf({ head: { number: 12, timestamp }, fallback: true, ...change });
}

const wait = (reason: string) => ({ kind: "wait", reason });
const other = (change: Partial<ReturnType<typeof journaledRequest>> = {}) =>
  journaledRequest(1, { operatorId: 99n, ...change });

describe("nextStep, as a fallback", () => {
  it("answers when price and half the penalty cover the gas that is not reimbursed", () => {
    // 70,000 gas at 11 gwei cost 0.00077; the price is nothing, half the penalty decides.
    const paying = (latePenalty: bigint) =>
      other({ agreement: agreement({ price: 0n, latePenalty }) });
    const least = 2n * 70_000n * 11n * GWEI;
    assert.deepEqual(nextStep(paying(least), at(2_000)), { kind: "infer" });
    assert.deepEqual(nextStep(paying(least - 2n), at(2_000)), wait("FallbackUnpaid"));
    assert.deepEqual(nextStep(paying(least), at(2_000, { leastGain: 1n })), wait("FallbackUnpaid"));
  });

  it("counts no penalty and no gas for it where nobody is assigned", () => {
    const nobodys = other({ operatorId: 0n, agreement: agreement({ price: 0n }) });
    assert.deepEqual(nextStep(nobodys, at(2_000)), { kind: "infer" });
    const least = at(2_000, { leastGain: 1n });
    assert.deepEqual(nextStep(nobodys, least), wait("FallbackUnpaid"));
  });

  it("counts no penalty while gas excuses the late one", () => {
    const rich = agreement({ price: 0n, latePenalty: 10n ** 18n, maxGasPrice: 10n * GWEI });
    const row = other({ agreement: rich });
    const market = { baseFee: 10n * GWEI, tip: GWEI, isCoin: true };
    assert.equal(isWorthAnswering(row, at(2_000, { market })), true);
    const spike = { ...market, baseFee: 10n * GWEI + 1n };
    assert.equal(isWorthAnswering(row, at(2_000, { market: spike })), false);
  });

  it("counts no penalty where a base fee was noted that excuses the late one", () => {
    const { requestId } = other();
    const row = (maxGasPrice: bigint) =>
      other({ agreement: agreement({ price: 0n, latePenalty: 10n ** 18n, maxGasPrice }) });
    const noted = (fee: bigint) => at(2_000, { notedBaseFees: new Map([[requestId, fee]]) });
    assert.equal(isWorthAnswering(row(20n * GWEI), noted(20n * GWEI)), true);
    assert.equal(isWorthAnswering(row(20n * GWEI), noted(20n * GWEI + 1n)), false);
    assert.equal(isWorthAnswering(row(0n), noted(90n * GWEI)), true, "he bears all gas");
    const others = at(2_000, { notedBaseFees: new Map([[hex(1), 90n * GWEI]]) });
    assert.equal(isWorthAnswering(row(20n * GWEI), others), true);
  });

  it("pays less gas for an excuse than for a penalty", () => {
    const { requestId } = other();
    const row = (price: bigint) => other({ agreement: agreement({ price, latePenalty: 0n }) });
    const excused = at(2_000, { notedBaseFees: new Map([[requestId, 90n * GWEI]]) });
    const least = 13_000n * 11n * GWEI;
    assert.equal(isWorthAnswering(row(least), excused), true);
    assert.equal(isWorthAnswering(row(least - 1n), excused), false);
    assert.equal(isWorthAnswering(row(least), at(2_000)), false);
  });

  it("looks again at every step, also when the answer is ready", () => {
    const poor = agreement({ price: 0n, latePenalty: 0n });
    const ready = other({ agreement: poor, hasOutput: true, hasProof: true });
    assert.deepEqual(nextStep(ready, at(2_000)), wait("FallbackUnpaid"));
  });

  it("leaves alone what it cannot answer either, or before gas is known", () => {
    const { requestId, releaseId } = other();
    const secondsToAnswer = new Map([[requestId, 999]]);
    assert.deepEqual(nextStep(other(), at(2_000, { secondsToAnswer })), { kind: "infer" });
    const late = at(2_001, { secondsToAnswer });
    assert.deepEqual(nextStep(other(), late), wait("FallbackUnable"));
    const faults = new Map([[releaseId, { code: "RuntimeInexact", isLasting: true }]]);
    assert.deepEqual(nextStep(other(), at(2_000, { faults })), wait("FallbackUnable"));
    assert.deepEqual(nextStep(other(), at(2_000, { market: null })), wait("GasUnknown"));
  });

  it("answers as before where money cannot be compared with gas", () => {
    const market = { baseFee: 10n * GWEI, tip: GWEI, isCoin: false };
    const poor = other({ agreement: agreement({ price: 0n, latePenalty: 0n }) });
    assert.deepEqual(nextStep(poor, at(2_000, { market })), { kind: "infer" });
    const early = other({ agreement: null });
    assert.deepEqual(nextStep(early, at(2_000)), { kind: "infer" });
  });
});

describe("nextStep, past the deadline", () => {
  const passed = { kind: "given up", code: "DeadlinePassed" };

  it("expires what rewards its caller, its own at once and others' in turns", () => {
    assert.deepEqual(nextStep(journaledRequest(1), at(3_000)), { kind: "expire" });
    const steps = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (second) => nextStep(other(), at(3_000 + second)).kind,
    );
    assert.equal(steps.at(-1), "expire");
    const first = steps.indexOf("expire");
    assert.deepEqual(new Set(steps.slice(0, first)), new Set(first === 0 ? [] : ["wait"]));
    const turns = new Set(
      [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n].map((operatorId) => {
        const turn = [0, 1, 2, 3, 4, 5, 6, 7].find(
          (second) => nextStep(other(), at(3_000 + second, { operatorId })).kind === "expire",
        );
        return turn;
      }),
    );
    assert.equal(turns.size, 8, "neighbouring operators have turns of their own");
  });

  it("expires also what it had given up, and what it cannot serve", () => {
    const failure = { code: "DeadlinePassed", message: "", stage: "fulfill" } as const;
    assert.deepEqual(nextStep(journaledRequest(1, { failure }), at(3_100)), { kind: "expire" });
    const foreign = journaledRequest(1, { level: "Tee" });
    assert.deepEqual(nextStep(foreign, at(3_100)), { kind: "expire" });
  });

  it("leaves it where the reward does not cover the gas", () => {
    const row = (maxGasPrice: bigint) =>
      journaledRequest(1, { agreement: agreement({ maxGasPrice }) });
    // Six fifths of what is reimbursed have to be 11 gwei at least.
    assert.equal(isWorthExpiring(row((55n * GWEI) / 6n + 1n), at(3_000)), true);
    assert.equal(isWorthExpiring(row((55n * GWEI) / 6n), at(3_000)), false);
    assert.deepEqual(nextStep(row(0n), at(3_000)), passed);
    assert.deepEqual(nextStep(journaledRequest(1), at(3_000, { market: null })), passed);
    const token = { baseFee: 10n * GWEI, tip: GWEI, isCoin: false };
    assert.deepEqual(nextStep(journaledRequest(1), at(3_000, { market: token })), passed);
    assert.deepEqual(nextStep(journaledRequest(1, { agreement: null }), at(3_000)), passed);
  });
});

describe("nextStep, once the verifier is revoked", () => {
  const revokedVerifiers = new Set([1n]);

  it("ends its own requests and leaves others' to their operators", () => {
    assert.deepEqual(nextStep(journaledRequest(1), at(1_500, { revokedVerifiers })), {
      kind: "fail",
    });
    assert.deepEqual(nextStep(journaledRequest(1), at(9_000, { revokedVerifiers })), {
      kind: "fail",
    });
    assert.deepEqual(nextStep(other(), at(2_500, { revokedVerifiers })), wait("VerifierRevoked"));
    const later = journaledRequest(1, { agreement: agreement({ verifierId: 2n }) });
    assert.deepEqual(nextStep(later, at(1_500, { revokedVerifiers })), { kind: "infer" });
  });

  it("knows it also from the contract's own refusal", () => {
    const failure = { code: "VerifierIsRevoked", message: "", stage: "fulfill" } as const;
    assert.deepEqual(nextStep(journaledRequest(1, { failure }), at(1_500)), { kind: "fail" });
  });
});

describe("needsBaseFeeNoted", () => {
  const market = { baseFee: 60n * GWEI, tip: GWEI, isCoin: true };

  it("is true for its own request while gas is dearer than its requester pays", () => {
    const view = at(1_500, { market });
    assert.equal(needsBaseFeeNoted(journaledRequest(1), view, 0n), true);
    assert.equal(needsBaseFeeNoted(journaledRequest(1, { transactionId: 3 }), view, 0n), true);
    assert.equal(needsBaseFeeNoted(other(), view, 0n), false);
    assert.equal(needsBaseFeeNoted(journaledRequest(1, { agreement: null }), view, 0n), false);
    assert.equal(needsBaseFeeNoted(journaledRequest(1), at(1_500), 0n), false);
    assert.equal(needsBaseFeeNoted(journaledRequest(1), at(1_500, { market: null }), 0n), false);
  });

  it("is false once a fee above the request's is noted, and true below it", () => {
    const view = at(1_500, { market });
    assert.equal(needsBaseFeeNoted(journaledRequest(1), view, 50n * GWEI), true);
    assert.equal(needsBaseFeeNoted(journaledRequest(1), view, 50n * GWEI + 1n), false);
  });

  it("is false once the window is over or the request needs no excuse", () => {
    assert.equal(needsBaseFeeNoted(journaledRequest(1), at(2_000, { market }), 0n), false);
    const block = { number: 11, hash: blockHash(11) };
    const ending = { status: "Finalized", transactionHash: hex(1), block } as const;
    const ended = journaledRequest(1, { ending });
    assert.equal(needsBaseFeeNoted(ended, at(1_500, { market }), 0n), false);
    const revokedVerifiers = new Set([1n]);
    const revoked = at(1_500, { market, revokedVerifiers });
    assert.equal(needsBaseFeeNoted(journaledRequest(1), revoked, 0n), false);
    const free = journaledRequest(1, { agreement: agreement({ maxGasPrice: 0n }) });
    assert.equal(needsBaseFeeNoted(free, at(1_500, { market }), 0n), false);
  });
});
