import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Redis } from "ioredis";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { JobOutcome } from "../../../orchestrator/domain/nodePorts.ts";
import type { Hex } from "../../../orchestrator/domain/ports.ts";
import { BullWorkQueue } from "../../../orchestrator/queue/bullWorkQueue.ts";
import { encodeInferResult, encodeProveResult } from "../../../orchestrator/queue/jobs.ts";
import { runJobWorker, type ReportPhase } from "../../../orchestrator/queue/jobWorker.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";
import { cleanupOf, type Cleanup } from "../support/cleanup.ts";
import { hex, MAKING, PROOF } from "../support/builders.ts";
import { eventually, freePort } from "../support/ports.ts";
import { REDIS_KINDS, type RedisKind, type TestRedis } from "../support/redisServers.ts";

const PREFIX = "assay-test";
const OUTPUT = Uint8Array.of(1, 2, 3);

interface Bench {
  readonly queue: BullWorkQueue;
  readonly outcomes: JobOutcome[];
  readonly phases: string[];
  readonly isReady: () => boolean;
}

function openQueue(cleanup: Cleanup, url: string): Bench {
  const outcomes: JobOutcome[] = [];
  const phases: string[] = [];
  const queue = new BullWorkQueue({
    url,
    prefix: PREFIX,
    onOutcome: (_, outcome) => void outcomes.push(outcome),
    onPhase: (stage, requestId, phase) => void phases.push(`${stage} ${requestId} ${phase}`),
    onReady: () => undefined,
    logger: silentLogger,
  });
  cleanup.add(() => queue.stop());
  return { queue, outcomes, phases, isReady: () => queue.state().isReady };
}

function startWorker(
  cleanup: Cleanup,
  url: string,
  process: (requestId: Hex, report: ReportPhase) => Promise<object>,
): () => Promise<void> {
  const stopping = new AbortController();
  const shared = { url, prefix: PREFIX, concurrency: 1, process, logger: silentLogger };
  const running = runJobWorker({ ...shared, stage: "infer" }, stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
  };
  cleanup.add(stop);
  return stop;
}

const infer = () =>
  Promise.resolve(encodeInferResult({ output: OUTPUT, floatDifference: null }, 0.5));
const soon = { withinMs: 20_000, what: "the job's outcome" };

async function startRedis(cleanup: Cleanup, kind: RedisKind): Promise<TestRedis> {
  const redis = await kind.start(await freePort());
  cleanup.add(() => redis.stop());
  return redis;
}

for (const kind of REDIS_KINDS) {
  describe(`BullWorkQueue on ${kind.name}`, { skip: kind.skip, timeout: 120_000 }, () => {
    it("hands a job to a worker and its result back", async (t) => {
      const cleanup = cleanupOf(t);
      const { url } = await startRedis(cleanup, kind);
      const { queue, outcomes, isReady } = openQueue(cleanup, url);
      await eventually(isReady, soon);
      startWorker(cleanup, url, infer);
      assert.equal(await queue.offer("infer", hex(1), false), null);
      const outcome = await eventually(() => outcomes[0], soon);
      const inferred = { kind: "inferred", requestId: hex(1), floatDifference: null, seconds: 0.5 };
      assert.deepEqual(outcome, { ...inferred, output: OUTPUT });
    });

    it("hears how far a job is while it runs", async (t) => {
      const cleanup = cleanupOf(t);
      const { url } = await startRedis(cleanup, kind);
      const { queue, phases, outcomes, isReady } = openQueue(cleanup, url);
      await eventually(isReady, soon);
      startWorker(cleanup, url, async (_, report) => {
        report("msmA");
        report("no phase, but a sentence");
        await eventually(() => phases.length > 0, soon);
        return infer();
      });
      await queue.offer("infer", hex(1), false);
      await eventually(() => outcomes[0], soon);
      assert.deepEqual(phases, [`infer ${hex(1)} msmA`]);
    });

    it("runs a job once however often it is offered, and tells its outcome again", async (t) => {
      const cleanup = cleanupOf(t);
      const { url } = await startRedis(cleanup, kind);
      const { queue, outcomes, isReady } = openQueue(cleanup, url);
      await eventually(isReady, soon);
      let runs = 0;
      startWorker(cleanup, url, async () => {
        runs += 1;
        return infer();
      });
      await Promise.all([1, 2, 3].map(() => queue.offer("infer", hex(1), false)));
      await eventually(() => outcomes[0], soon);
      assert.equal((await queue.offer("infer", hex(1), false))?.kind, "inferred");
      assert.equal(runs, 1);
      await queue.forget("infer", hex(1));
      assert.equal(await queue.offer("infer", hex(1), false), null);
      await eventually(() => outcomes[1], soon);
      assert.equal(runs, 2);
    });

    it("tries a passing failure again and reports a lasting one at once", async (t) => {
      const cleanup = cleanupOf(t);
      const { url } = await startRedis(cleanup, kind);
      const { queue, outcomes, isReady } = openQueue(cleanup, url);
      await eventually(isReady, soon);
      const runs = new Map<Hex, number>();
      startWorker(cleanup, url, async (requestId) => {
        const run = (runs.get(requestId) ?? 0) + 1;
        runs.set(requestId, run);
        if (requestId === hex(2))
          throw new OrchestratorError("ModelRefused", { data: { why: "x" } });
        if (run < 3) throw new OrchestratorError("NodeUnavailable", { retryable: true });
        return infer();
      });
      await queue.offer("infer", hex(1), false);
      await queue.offer("infer", hex(2), false);
      await eventually(() => outcomes.length === 2, soon);
      const failed = outcomes.find((outcome) => outcome.requestId === hex(2));
      assert.ok(failed?.kind === "failed");
      assert.equal(failed.error.code, "ModelRefused");
      assert.equal(failed.error.retryable, false);
      assert.deepEqual(failed.error.data, { why: "x" });
      assert.deepEqual([...runs.values()], [3, 1]);
      assert.equal((await queue.offer("infer", hex(2), false))?.kind, "failed");
    });

    it("lets a wiped job be offered again, and an orphaned result do no harm", async (t) => {
      const cleanup = cleanupOf(t);
      const { url } = await startRedis(cleanup, kind);
      const { queue, outcomes, isReady } = openQueue(cleanup, url);
      await eventually(isReady, soon);
      const admin = new Redis(url);
      cleanup.add(() => {
        admin.disconnect();
      });
      let runs = 0;
      const gate = Promise.withResolvers<void>();
      startWorker(cleanup, url, async () => {
        runs += 1;
        if (runs === 1) await gate.promise;
        return infer();
      });
      await queue.offer("infer", hex(1), false);
      await eventually(() => runs === 1, soon);
      await admin.flushall();
      gate.resolve();
      assert.equal(await queue.offer("infer", hex(1), false), null);
      await eventually(() => outcomes.some(({ kind: each }) => each === "inferred"), soon);
      assert.equal(runs, 2);
    });

    it("refuses a redis that may evict jobs until its policy is mended", async (t) => {
      const cleanup = cleanupOf(t);
      const { url } = await startRedis(cleanup, kind);
      const admin = new Redis(url);
      cleanup.add(() => {
        admin.disconnect();
      });
      await admin.config("SET", "maxmemory-policy", "allkeys-lru");
      const { queue, isReady } = openQueue(cleanup, url);
      const refused = () => {
        const state = queue.state();
        return !state.isReady && state.reason.code === "QueueEvicts";
      };
      await eventually(refused, soon);
      await admin.config("SET", "maxmemory-policy", "noeviction");
      await eventually(isReady, soon);
    });

    it("fails fast while redis is away and works again when it is back", async (t) => {
      const cleanup = cleanupOf(t);
      const port = await freePort();
      const url = `redis://127.0.0.1:${port}`;
      const servers: TestRedis[] = [];
      cleanup.add(() => Promise.all(servers.map((server) => server.stop())));
      const { queue, outcomes, isReady } = openQueue(cleanup, url);
      await assert.rejects(queue.offer("infer", hex(1), false), { code: "QueueUnavailable" });
      assert.equal(isReady(), false);
      const redis = await kind.start(port);
      servers.push(redis);
      await eventually(isReady, soon);
      startWorker(cleanup, url, infer);
      await queue.offer("infer", hex(1), false);
      await eventually(() => outcomes[0], soon);
      await redis.stop();
      await eventually(() => !isReady(), soon);
      servers.push(await kind.start(port));
      await eventually(isReady, soon);
      // Events may come late or never after an outage; offering again is the way that always works.
      const outcome = await eventually(() => queue.offer("infer", hex(2), false), soon);
      assert.equal(outcome.kind, "inferred");
    });
  });
}

describe("job results", () => {
  it("refuses a result above 64 kB", () => {
    const output = new Uint8Array(50_000);
    const tooLarge = { code: "ResultTooLarge", retryable: false };
    assert.throws(() => encodeInferResult({ output, floatDifference: null }, 1), tooLarge);
    const answer = { output, proof: PROOF.proof, commitment: 1n, proveMs: 1, making: MAKING };
    assert.throws(() => encodeProveResult(answer), tooLarge);
  });
});
