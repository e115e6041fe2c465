import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { secondsToAnswer } from "../../../orchestrator/domain/workload.ts";
import { journaledRequest } from "../support/builders.ts";

const TIMES = { infer: 2, prove: 10 };
const [first, second, third] = [1, 2, 3].map((index) => journaledRequest(index));

function secondsOf(change: Partial<Parameters<typeof secondsToAnswer>[0]>): readonly number[] {
  const requests = [first, second, third].filter((each) => each !== undefined);
  const map = secondsToAnswer({ requests, timesOf: () => TIMES, slots: 1, now: 0, ...change });
  return [...map.values()];
}

describe("secondsToAnswer", () => {
  it("adds what stands ahead to the request's own work", () => {
    assert.deepEqual(secondsOf({}), [12, 24, 36]);
  });

  it("divides what stands ahead by the jobs that run at the same time", () => {
    assert.deepEqual(secondsOf({ slots: 2 }), [12, 18, 24]);
  });

  it("counts only the stages that are left", () => {
    const requests = [
      journaledRequest(1, { hasOutput: true }),
      journaledRequest(2, { hasOutput: true, hasProof: true }),
      journaledRequest(3),
    ];
    assert.deepEqual(secondsOf({ requests }), [10, 10, 22]);
  });

  it("takes the age of those in hand for work that is done", () => {
    assert.deepEqual(secondsOf({ now: 5_000 }), [7, 19, 31]);
    assert.deepEqual(secondsOf({ now: 500_000 }), [0, 12, 24]);
  });

  it("knows nothing of releases that were never answered", () => {
    assert.deepEqual(secondsOf({ timesOf: () => ({ infer: null, prove: 2 }) }), []);
  });
});
