import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { explain, type NextStep } from "../../../orchestrator/domain/steps.ts";

describe("explain", () => {
  it("has a sentence of its own for every step", () => {
    const reasons = [
      "BlockRolledBack",
      "AssignedToOther",
      "TransactionPending",
      "DepthNotReached",
      "LevelNotServed",
      "VerifierRevoked",
      "GasAboveTerms",
      "GasUnknown",
      "FallbackUnpaid",
      "FallbackUnable",
      "ExpiryTurn",
    ] as const;
    const steps: readonly NextStep[] = [
      { kind: "infer" },
      { kind: "prove" },
      { kind: "fulfill" },
      { kind: "decline", code: "AnswerTooLate" },
      { kind: "decline", code: "SomeContractError" },
      { kind: "expire" },
      { kind: "fail" },
      ...reasons.map((reason) => ({ kind: "wait", reason }) as const),
      { kind: "given up", code: "ModelRefused" },
      { kind: "ended", status: "Finalized", isFinal: true },
      { kind: "ended", status: "Finalized", isFinal: false },
    ];
    const sentences = steps.map((step) => explain(step));
    assert.equal(new Set(sentences).size, steps.length);
    for (const sentence of sentences) assert.match(sentence, /^[A-Z].*\.$/);
    assert.match(explain({ kind: "given up", code: "ModelRefused" }), /ModelRefused/);
  });

  it("says why a request is given back, in code and words", () => {
    const sentence = explain({ kind: "decline", code: "AnswerTooLate" });
    assert.match(sentence, /AnswerTooLate\. The answer would not be ready/);
  });
});
