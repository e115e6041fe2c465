import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { guardDeadlines } from "../../../orchestrator/services/guardDeadlines.ts";
import { createNodeMetrics } from "../../../orchestrator/telemetry/nodeMetrics.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";
import type { LogFields } from "../../../orchestrator/domain/ports.ts";
import { hex, journaledRequest, OPERATOR, viewOf } from "../support/builders.ts";
import { FakeClock } from "../support/fakeClock.ts";

/** Challenged at 1,000, due at 2,000. */
const answer = { operatorId: OPERATOR, since: 1_000, until: 2_000, isRight: true } as const;
const row = journaledRequest(1, { answer: { ...answer, challenger: hex(0xbad, 20) } });

/** One round at each of these chain seconds; what was logged, and the metrics' page after it. */
async function guardAt(times: readonly number[], rows = [row]) {
  const clock = new FakeClock();
  const stopping = new AbortController();
  const metrics = createNodeMetrics();
  const errors: LogFields[] = [];
  clock.onSleep = (count) => {
    if (count === times.length) stopping.abort();
  };
  const logger = {
    ...silentLogger,
    error: (_: string, fields: LogFields = {}) => errors.push(fields),
  };
  const view = () =>
    viewOf({ head: { number: 12, timestamp: times[clock.sleeps.length] ?? times.at(-1) ?? 0 } });
  const journal = { unfinishedRequests: () => rows };
  await guardDeadlines({ journal, view, clock, logger, metrics }, stopping.signal);
  return { errors, page: metrics.registry.text() };
}

describe("guardDeadlines", () => {
  it("shows how long there is for a proof", async () => {
    const { errors, page } = await guardAt([1_499]);
    assert.deepEqual(errors, []);
    assert.match(page, /^challenges_open_count 1$/m);
    assert.match(page, /^proof_deadline_seconds 501$/m);
    assert.match(page, /^proof_alarms_count 0$/m);
  });

  it("calls a person once, when half of the time is over", async () => {
    const { errors, page } = await guardAt([1_499, 1_500, 1_600]);
    const { requestId } = row;
    assert.deepEqual(errors, [{ requestId, code: "ProofDeadlineNear", secondsLeft: 500 }]);
    assert.match(page, /^proof_alarms_count 1$/m);
    assert.match(page, /^proof_deadline_seconds 400$/m);
  });

  it("minds only challenged answers of this operator", async () => {
    const others = journaledRequest(2, {
      answer: { ...answer, operatorId: 99n, challenger: hex(0xbad, 20) },
    });
    const quiet = journaledRequest(3, { answer: { ...answer, challenger: null } });
    const { errors, page } = await guardAt([1_900], [others, quiet]);
    assert.deepEqual(errors, []);
    assert.match(page, /^challenges_open_count 0$/m);
    assert.match(page, /^proof_deadline_seconds 0$/m);
  });
});
