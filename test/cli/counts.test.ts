import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { add, NO_TESTS, readCargoCounts, readCounts } from "../../apps/cli/testing/counts.ts";

describe("readCounts", () => {
  it("reads passing, failing and pending tests", () => {
    const counts = readCounts("  12 passing (3 mocha, 9 solidity)\n  1 failing\n  2 pending\n", 1);
    assert.deepEqual(counts, { passed: 12, failed: 1, skipped: 2 });
  });

  it("counts a run that ended badly without a failing test as a failure", () => {
    assert.equal(readCounts("12 passing", 1).failed, 1);
  });

  it("counts a run without tests as a failure", () => {
    assert.deepEqual(readCounts("Nothing to compile", 0), { passed: 0, failed: 1, skipped: 0 });
  });

  it("takes the last summary, which is the sum", () => {
    assert.equal(readCounts("3 passing\n5 passing", 0).passed, 5);
  });
});

describe("readCargoCounts", () => {
  const summary = (words: string) =>
    `test result: ${words}; 0 measured; 0 filtered out; finished in 0.90s\n`;

  it("sums the summaries of all binaries", () => {
    const output = `running 3 tests\n${summary("ok. 2 passed; 0 failed; 1 ignored")}\n${summary("FAILED. 3 passed; 1 failed; 0 ignored")}`;
    assert.deepEqual(readCargoCounts(output, 101), { passed: 5, failed: 1, skipped: 1 });
  });

  it("counts a run that did not compile, was stopped or ran nothing as a failure", () => {
    assert.deepEqual(readCargoCounts("error[E0425]", 101), { passed: 0, failed: 1, skipped: 0 });
    assert.equal(readCargoCounts(summary("ok. 2 passed; 0 failed; 0 ignored"), 1).failed, 1);
    assert.equal(readCargoCounts(summary("ok. 0 passed; 0 failed; 0 ignored"), 0).failed, 1);
  });
});

describe("add", () => {
  it("sums what each runner came to", () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    assert.deepEqual(add(add(NO_TESTS, one), one), { passed: 2, failed: 4, skipped: 6 });
  });
});
