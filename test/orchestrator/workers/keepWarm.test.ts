import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { learnReleases } from "../../../orchestrator/services/learnReleases.ts";
import { silentLogger as logger } from "../../../orchestrator/telemetry/logger.ts";
import { keepWarm } from "../../../orchestrator/workers/keepWarm.ts";
import { hex, temporaryJournal } from "../support/builders.ts";
import { FakeClock } from "../support/fakeClock.ts";

function clockFor(rounds: number) {
  const clock = new FakeClock();
  const stopping = new AbortController();
  clock.onSleep = (count) => {
    if (count === rounds) stopping.abort();
  };
  return { clock, signal: stopping.signal };
}

describe("keepWarm", () => {
  it("loads each release once, those that failed again, and waits for its node", async () => {
    const { clock, signal } = clockFor(4);
    const answers = [null, ["a"], ["a", "b"], ["a", "b"]];
    const prepared: string[] = [];
    const manifestsToWarm = async () => {
      const answer = answers[clock.sleeps.length];
      if (answer === null || answer === undefined) throw new OrchestratorError("NodeUnavailable");
      return answer;
    };
    const prepare = async (manifestCid: string) => {
      prepared.push(manifestCid);
      if (prepared.length === 1) throw new OrchestratorError("ArtefactMissing");
    };
    await keepWarm({ node: { manifestsToWarm }, prepare, clock, logger }, signal);
    assert.deepEqual(prepared, ["a", "a", "b"]);
    assert.deepEqual(clock.sleeps, [1_000, 1_000, 15_000, 15_000]);
  });
});

describe("learnReleases", () => {
  it("journals what the operator serves, once the chain tells", async (t) => {
    const journal = temporaryJournal(t);
    const { clock, signal } = clockFor(3);
    let lookups = 0;
    const registry = {
      servedBy: async () => {
        if (clock.sleeps.length === 0) throw new OrchestratorError("RpcUnavailable");
        return [hex(1), hex(2)];
      },
      release: async (releaseId: `0x${string}`) => {
        lookups += 1;
        return { releaseId, manifestCid: `cid ${BigInt(releaseId)}` };
      },
    };
    await learnReleases({ journal, registry, operatorId: 2n, clock, logger }, signal);
    assert.deepEqual(journal.latestManifests(4), ["cid 2", "cid 1"]);
    assert.deepEqual(journal.latestManifests(1), ["cid 2"]);
    assert.equal(lookups, 2);
    assert.deepEqual(clock.sleeps, [1_000, 60_000, 60_000]);
  });

  it("passes over a release that cannot be served, and asks for it once", async (t) => {
    const journal = temporaryJournal(t);
    const { clock, signal } = clockFor(2);
    const lookups: string[] = [];
    const registry = {
      servedBy: async () => [hex(1), hex(2)],
      release: async (releaseId: `0x${string}`) => {
        lookups.push(releaseId);
        if (releaseId === hex(1)) throw new OrchestratorError("UnitsWrong");
        return { releaseId, manifestCid: "cid" };
      },
    };
    await learnReleases({ journal, registry, operatorId: 2n, clock, logger }, signal);
    assert.deepEqual(journal.latestManifests(4), ["cid"]);
    assert.deepEqual(lookups, [hex(1), hex(2)]);
  });
});
