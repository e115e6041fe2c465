import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { finalizationBatches, proofBatches } from "../../../orchestrator/domain/batching.ts";
import { nextStep } from "../../../orchestrator/domain/decisions.ts";
import type { RequestProgress } from "../../../orchestrator/domain/request.ts";
import { explain, STEP_KINDS } from "../../../orchestrator/domain/steps.ts";
import type { View } from "../../../orchestrator/domain/view.ts";
import { secondsToAnswer } from "../../../orchestrator/domain/workload.ts";
import { isWorthAnswering } from "../../../orchestrator/domain/worth.ts";
import { agreement, GWEI, journaledRequest, OPERATOR, viewOf } from "../support/builders.ts";

const wait = (reason: string) => ({ kind: "wait", reason });
const { releaseId, requestId } = journaledRequest(1);

/** Assigned at 1,000, declinable until 1,333, primary until 2,000. */
function asked(change: Partial<RequestProgress> = {}) {
  return journaledRequest(1, { level: "Optimistic", hasOutput: true, ...change });
}

function serving(change: Partial<View> = {}): View {
  return viewOf({ judges: new Map([[releaseId, null]]), ...change });
}

const early = { head: { number: 12, timestamp: 1_100 } };

describe("nextStep, at level Optimistic", () => {
  it("goes from inference to the answer, without a proof", () => {
    assert.deepEqual(nextStep(asked({ hasOutput: false }), serving()), { kind: "infer" });
    assert.deepEqual(nextStep(asked(), serving()), { kind: "fulfill" });
  });

  it("puts no bond under an answer before the key is compared, and none under a foreign one", () => {
    assert.deepEqual(nextStep(asked(), viewOf()), wait("JudgeUnchecked"));
    const foreign = { judges: new Map([[releaseId, "JudgeForeign"]]) };
    assert.deepEqual(nextStep(asked(), viewOf(foreign)), wait("JudgeRefused"));
    const declined = { kind: "decline", code: "JudgeForeign" };
    assert.deepEqual(nextStep(asked(), viewOf({ ...foreign, ...early })), declined);
    assert.deepEqual(nextStep(asked(), viewOf(early)), wait("JudgeUnchecked"));
    const lastChance = viewOf({ head: { number: 12, timestamp: 1_330 } });
    const unchecked = { kind: "decline", code: "JudgeUnchecked" };
    assert.deepEqual(nextStep(asked(), lastChance), unchecked);
  });

  it("gives back what asks for a lower grade than the operator does, or for more bond than is free", () => {
    const graded = serving({ leastGrade: 2n, ...early });
    assert.deepEqual(nextStep(asked(), graded), { kind: "decline", code: "GradeTooLow" });
    const enough = asked({ agreement: agreement({ grade: 2n }) });
    assert.deepEqual(nextStep(enough, graded), { kind: "fulfill" });
    assert.deepEqual(nextStep(asked(), serving({ leastGrade: 2n })), wait("GradeTooLow"));
    const short = { bondShort: new Set([requestId]) };
    const declined = { kind: "decline", code: "BondShort" };
    assert.deepEqual(nextStep(asked(), serving({ ...short, ...early })), declined);
    assert.deepEqual(nextStep(asked(), serving(short)), wait("BondShort"));
  });

  it("computes a sampled share twice, and sends nothing that differs", () => {
    const sampling = serving({ rerun: { share: 1, seed: "s" } });
    assert.deepEqual(nextStep(asked(), sampling), { kind: "confirm" });
    assert.deepEqual(nextStep(asked({ isConfirmed: true }), sampling), { kind: "fulfill" });
    const differs = { kind: "given up", code: "RerunMismatch" };
    assert.deepEqual(nextStep(asked({ isConfirmed: false }), sampling), differs);
  });

  it("answers late only as the operator who is drawn for the window", () => {
    const late = { head: { number: 12, timestamp: 2_000 }, fallback: true };
    const drawn = { ...late, fallbacks: new Map([[requestId, OPERATOR]]) };
    for (const operatorId of [OPERATOR, 99n, 0n]) {
      const row = asked({ operatorId });
      assert.deepEqual(nextStep(row, serving(late)), wait("AssignedToOther"));
      const others = { ...late, fallbacks: new Map([[requestId, 5n]]) };
      assert.deepEqual(nextStep(row, serving(others)), wait("AssignedToOther"));
      assert.deepEqual(nextStep(row, serving(drawn)), { kind: "fulfill" });
    }
    assert.deepEqual(
      nextStep(asked(), serving({ ...drawn, fallback: false })),
      wait("AssignedToOther"),
    );
    const other = asked({ operatorId: 99n });
    assert.deepEqual(nextStep(other, serving({ fallback: true })), wait("AssignedToOther"));
  });

  it("costs the gas of answering and of making final, not of a proof", () => {
    // Nothing is reimbursed: 121,500 gas, 24 a byte of output, the callback and its call, at 11 gwei.
    const least = (121_500n + 24n * 4n + 103_000n) * 11n * GWEI;
    const paying = (price: bigint) => asked({ agreement: agreement({ price, maxGasPrice: 0n }) });
    assert.equal(isWorthAnswering(paying(least), serving()), true);
    assert.equal(isWorthAnswering(paying(least - 1n), serving()), false);
  });

  it("is work without a proof, until somebody asks for one", () => {
    const answer = {
      operatorId: OPERATOR,
      challenger: "0x1",
      since: 1,
      until: 2,
      isRight: true,
    } as const;
    const secondsOf = (request: RequestProgress) => {
      const timesOf = () => ({ infer: 2, prove: 30 });
      const seconds = secondsToAnswer({ requests: [request], timesOf, slots: 1, now: 0 });
      return seconds.get(requestId);
    };
    assert.equal(secondsOf(asked({ hasOutput: false })), 2);
    assert.equal(secondsOf(asked({ answer })), 30);
    assert.equal(secondsOf(asked({ answer, hasProof: true })), 0);
  });
});

describe("finalizationBatches", () => {
  it("puts as many into one transaction as it has gas for, in their order", () => {
    const row = (index: number, callbackGas: number) =>
      journaledRequest(index, { agreement: agreement({ callbackGas }) });
    const many = [1, 2, 3, 4, 5, 6].map((index) => row(index, 2_500_000));
    assert.deepEqual(
      finalizationBatches(many).map((batch) => batch.length),
      [4, 2],
    );
    assert.deepEqual(finalizationBatches(many).flat(), many);
    assert.deepEqual(finalizationBatches([]), []);
    assert.equal(finalizationBatches([journaledRequest(1, { agreement: null })]).length, 1);
  });
});

describe("proofBatches", () => {
  const rows = (count: number, changes: { readonly inputLength?: number } = {}) =>
    Array.from({ length: count }, (_, i) =>
      journaledRequest(i + 1, { agreement: agreement({ callbackGas: 0 }), ...changes }),
    );
  const lengthsOf = (...input: Parameters<typeof rows>) =>
    proofBatches(rows(...input)).map((batch) => batch.length);

  it("leaves each the gas that the contract wants for checking it", () => {
    assert.deepEqual(lengthsOf(41), [39, 2]);
  });

  it("stays below what mempools take", () => {
    assert.deepEqual(lengthsOf(7, { inputLength: 24_000 }), [3, 3, 1]);
  });
});

describe("explain", () => {
  it("has a sentence for every kind of step", () => {
    for (const kind of STEP_KINDS) {
      const step = { kind, reason: "WindowOpen", code: "BondShort" } as Parameters<
        typeof explain
      >[0];
      assert.match(explain(step), /^[A-Z].*\.$/);
    }
  });
});
