import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { drawCard, drawDigit } from "../../apps/cli/demo/draw.ts";
import { isSuccess, type RequestOutcome } from "../../apps/cli/demo/outcome.ts";

const blank = new Array<number>(64).fill(0);
const answered: RequestOutcome = {
  model: "digits-mlp@1.0.0",
  verification: "Zk",
  status: "Finalized",
  expected: 7,
  answer: 7,
  requestGas: 97_000,
  fulfillGas: 298_000,
  proveMs: 260,
  totalMs: 2_340,
};

describe("drawDigit", () => {
  it("draws paper as space and full ink as a block, two characters a pixel", () => {
    const lines = drawDigit([0, 16, ...blank.slice(2)]);
    assert.equal(lines.length, 8);
    assert.equal(lines[0], `  ██${" ".repeat(12)}`);
  });
});

describe("drawCard", () => {
  it("says label, answer, level, gas and times", () => {
    const card = drawCard(blank, answered);
    for (const fact of ["label     7", "answer    7 ✓", "Zk, Finalized", "97,000", "298,000"]) {
      assert.ok(card.includes(fact), fact);
    }
    assert.match(card, /0\.26 s/);
    assert.match(card, /2\.34 s/);
  });

  it("marks a wrong answer and says when there is none", () => {
    assert.match(drawCard(blank, { ...answered, answer: 1 }), /answer {4}1 ✗/);
    const open = { ...answered, status: "Open", answer: null, fulfillGas: null, proveMs: null };
    assert.match(drawCard(blank, { ...open, totalMs: null }), /answer {4}none/);
  });
});

describe("isSuccess", () => {
  it("asks that every request is final, not that every digit is read rightly", () => {
    assert.equal(isSuccess([answered, { ...answered, answer: 1 }]), true);
    assert.equal(isSuccess([answered, { ...answered, status: "Open" }]), false);
    assert.equal(isSuccess([]), false);
  });
});
