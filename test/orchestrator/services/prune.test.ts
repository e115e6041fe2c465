import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { prune } from "../../../orchestrator/services/prune.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";
import { FakeClock } from "../support/fakeClock.ts";

/** Rounds over a journal with so much to forget; how long the service slept after each. */
async function sleepsWith(left: { requests: number; commitments: number }, rounds: number) {
  const clock = new FakeClock();
  const stopping = new AbortController();
  clock.onSleep = (count) => {
    if (count === rounds) stopping.abort();
  };
  const take = (what: keyof typeof left, atMost: number) => {
    const taken = Math.min(left[what], atMost);
    left[what] -= taken;
    return taken;
  };
  const journal = {
    prune: ({ atMost }: { readonly atMost: number }) => take("requests", atMost),
    pruneCommitments: ({ atMost }: { readonly atMost: number }) => take("commitments", atMost),
  };
  const parts = { journal, finalNumber: () => 1, keepMs: 1, clock, logger: silentLogger };
  await prune(parts, stopping.signal);
  assert.deepEqual(left, { requests: 0, commitments: 0 });
  return clock.sleeps;
}

describe("prune", () => {
  it("looks again after a minute, and at once while there is more", async () => {
    assert.deepEqual(await sleepsWith({ requests: 3, commitments: 0 }, 1), [60_000]);
    assert.deepEqual(await sleepsWith({ requests: 401, commitments: 1 }, 3), [0, 0, 60_000]);
    assert.deepEqual(await sleepsWith({ requests: 0, commitments: 250 }, 2), [0, 60_000]);
  });
});
