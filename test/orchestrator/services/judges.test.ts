import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { Hex } from "../../../orchestrator/domain/ports.ts";
import { Judges } from "../../../orchestrator/services/judges.ts";
import { silentLogger as logger } from "../../../orchestrator/telemetry/logger.ts";
import { block, hex, openRequest, OPERATOR, temporaryJournal } from "../support/builders.ts";
import { FakeClock } from "../support/fakeClock.ts";

const LISTED = hex(0x11);
const ASKED = openRequest(1).releaseId;

async function runRounds(t: TestContext, rounds: number, check: (tries: number) => Promise<void>) {
  const journal = temporaryJournal(t);
  const own = openRequest(1, { level: "Optimistic" });
  const others = openRequest(2, { level: "Optimistic", operatorId: 99n, releaseId: hex(0x22) });
  const proven = openRequest(3, { releaseId: hex(0x33) });
  const events = [own, others, proven].map((request) => ({ kind: "requested", request }) as const);
  journal.applyBlock({ block: block(1), events });
  for (const releaseId of [LISTED, ASKED, hex(0x22), hex(0x33)]) {
    journal.recordRelease({ releaseId, manifestCid: `cid of ${releaseId}` });
  }
  const clock = new FakeClock();
  const stopping = new AbortController();
  clock.onSleep = (count) => {
    if (count === rounds) stopping.abort();
  };
  const checked: (readonly [string, Hex])[] = [];
  let words = 0;
  const judges = new Judges({
    journal,
    registry: {
      servedBy: async (_, level) => (level === "Optimistic" ? [LISTED] : [hex(0x33)]),
      keyId: async (releaseId) => releaseId,
    },
    judgeCheck: {
      async check(manifestCid, keyId) {
        checked.push([manifestCid, keyId]);
        await check(checked.length);
      },
    },
    operatorId: OPERATOR,
    onChecked: () => (words += 1),
    clock,
    logger,
  });
  await judges.run(stopping.signal);
  return { judges, journal, checked, words };
}

describe("Judges", () => {
  it("compares the keys of releases this operator is listed or asked for, once", async (t) => {
    const { judges, journal, checked, words } = await runRounds(t, 4, () => Promise.resolve());
    const expected = [LISTED, ASKED].map((id) => [`cid of ${id}`, id]);
    assert.deepEqual(checked, expected);
    assert.deepEqual(journal.judges(), new Set([LISTED, ASKED]));
    assert.deepEqual([...judges.current().values()], [null, null]);
    assert.equal(words, 2);
  });

  it("remembers a refusal until a restart, and does not journal it", async (t) => {
    const refuse = () => Promise.reject(new OrchestratorError("JudgeForeign"));
    const { judges, journal, checked } = await runRounds(t, 50, refuse);
    assert.equal(checked.length, 2);
    assert.equal(judges.current().get(LISTED), "JudgeForeign");
    assert.deepEqual(journal.judges(), new Set());
  });

  it("tries again what may pass, and says nothing of the key meanwhile", async (t) => {
    const { judges, checked } = await runRounds(t, 20, () =>
      Promise.reject(new OrchestratorError("ArtefactMissing", { retryable: true })),
    );
    assert.equal(checked.length, 2);
    assert.equal(judges.current().size, 0);
    const later = await runRounds(t, 40, (tries) =>
      tries <= 2
        ? Promise.reject(new OrchestratorError("ArtefactMissing", { retryable: true }))
        : Promise.resolve(),
    );
    assert.equal(later.judges.current().size, 2);
  });
});
