import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { confirm } from "../../../orchestrator/services/confirm.ts";
import { Wake } from "../../../orchestrator/services/wake.ts";
import { silentLogger as logger } from "../../../orchestrator/telemetry/logger.ts";
import { block, openRequest, temporaryJournal, viewOf } from "../support/builders.ts";
import { FakeClock } from "../support/fakeClock.ts";

const request = openRequest(1, { level: "Optimistic" });
const { requestId, releaseId } = request;
const OUTPUT = Uint8Array.of(1, 2);

/** Runs the loop for some rounds over one inferred request whose second execution does this. */
async function runRounds(t: TestContext, rounds: number, run: () => Promise<Uint8Array>) {
  const journal = temporaryJournal(t);
  journal.applyBlock({ block: block(1), events: [{ kind: "requested", request }] });
  journal.recordRelease({ releaseId, manifestCid: "cid" });
  journal.recordOutput(requestId, { output: OUTPUT, seconds: 1 });
  const clock = new FakeClock();
  const stopping = new AbortController();
  clock.onSleep = (count) => {
    if (count === rounds) stopping.abort();
  };
  const asked: unknown[] = [];
  let words = 0;
  const view = viewOf({
    rerun: { share: 1, seed: "seed" },
    judges: new Map([[releaseId, null]]),
    head: block(1),
  });
  await confirm(
    {
      journal,
      secondExecution: {
        async run(work) {
          asked.push(work);
          return { output: await run() };
        },
      },
      view: () => view,
      onConfirmed: () => (words += 1),
      wake: new Wake(clock),
      clock,
      logger,
    },
    stopping.signal,
  );
  return { row: journal.request(requestId), asked, words: () => words };
}

describe("confirm", () => {
  it("journals that a second execution gave the same, once", async (t) => {
    const { row, asked, words } = await runRounds(t, 3, async () => OUTPUT.slice());
    assert.equal(row?.isConfirmed, true);
    assert.equal(row.failure, null);
    assert.deepEqual(asked, [{ manifestCid: "cid", input: request.input }]);
    assert.equal(words(), 1);
  });

  it("gives a request up whose executions differ", async (t) => {
    const { row, asked } = await runRounds(t, 3, async () => Uint8Array.of(9));
    assert.equal(row?.isConfirmed, false);
    assert.equal(row.failure?.code, "RerunMismatch");
    assert.equal(row.failure.stage, "confirm");
    assert.equal(asked.length, 1);
  });

  it("tries again what may pass, after a while, and not what will not", async (t) => {
    let tries = 0;
    const { row } = await runRounds(t, 40, async () => {
      tries += 1;
      if (tries === 1) throw new OrchestratorError("ArtefactMissing", { retryable: true });
      return OUTPUT;
    });
    assert.equal(tries, 2);
    assert.equal(row?.isConfirmed, true);
    const never = await runRounds(t, 40, async () => {
      throw new OrchestratorError("RuntimeInexact");
    });
    assert.equal(never.row?.isConfirmed, null);
    assert.equal(never.row.failure?.code, "RuntimeInexact");
    assert.equal(never.asked.length, 1);
  });
});
