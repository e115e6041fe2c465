import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { JobOutcome } from "../../../orchestrator/domain/nodePorts.ts";
import { overturnSalt } from "../../../orchestrator/domain/overturnSalt.ts";
import type { OpenRequest } from "../../../orchestrator/domain/request.ts";
import { acceptOutcome } from "../../../orchestrator/services/accept.ts";
import { Faults } from "../../../orchestrator/services/faults.ts";
import { Feed } from "../../../orchestrator/services/feed.ts";
import { Wake } from "../../../orchestrator/services/wake.ts";
import { silentLogger as logger } from "../../../orchestrator/telemetry/logger.ts";
import { overturnCommitment } from "../../../sdk/protocol/overturn.ts";
import { createNodeMetrics } from "../../../orchestrator/telemetry/nodeMetrics.ts";
import {
  block,
  hex,
  openRequest,
  MAKING,
  PROOF,
  SENDER,
  temporaryJournal,
  viewOf,
} from "../support/builders.ts";
import { FakeClock } from "../support/fakeClock.ts";
import { FakeQueue } from "../support/fakeQueue.ts";

const OUTPUT = Uint8Array.of(4);

function setUp(t: TestContext, requests: readonly OpenRequest[], capacity = 10) {
  const journal = temporaryJournal(t);
  const events = requests.map((request) => ({ kind: "requested", request }) as const);
  journal.applyBlock({ block: block(1), events });
  const clock = new FakeClock();
  const queue = new FakeQueue();
  const metrics = createNodeMetrics();
  const registry = {
    lookups: 0,
    failure: null as Error | null,
    async release(releaseId: OpenRequest["releaseId"]) {
      this.lookups += 1;
      if (this.failure !== null) throw this.failure;
      return { releaseId, manifestCid: "cid" };
    },
  };
  const faults = new Faults({ clock, logger, keepMs: 60_000 });
  const feed = new Feed({
    journal,
    queue,
    registry,
    view: () => viewOf({ head: block(1), faults: faults.current() }),
    accept: (outcome) => {
      acceptOutcome(
        { journal, logger, metrics, faults, sender: SENDER, secret: "secret" },
        outcome,
      );
    },
    faults,
    wake: new Wake(clock),
    clock,
    logger,
    metrics,
    capacity,
  });
  return { journal, clock, queue, registry, feed, faults };
}

const { requestId } = openRequest(1);
const inferred: JobOutcome = {
  kind: "inferred",
  requestId,
  output: OUTPUT,
  floatDifference: { maximum: 0.1, mean: 0.1 },
  seconds: 1,
};
const proven: JobOutcome = {
  kind: "proven",
  requestId,
  output: OUTPUT,
  proof: PROOF,
  making: MAKING,
};

describe("Feed", () => {
  it("hands a request to inference, then to proving, then to nobody", async (t) => {
    const { journal, queue, feed, registry } = setUp(t, [openRequest(1)]);
    await feed.feedOnce();
    feed.settleOutcome("infer", inferred);
    await feed.feedOnce();
    feed.settleOutcome("prove", proven);
    await feed.feedOnce();
    assert.deepEqual(queue.offers, ["infer 1", "prove 1"]);
    assert.equal(queue.jobs.size, 0);
    assert.deepEqual(journal.proof(requestId), PROOF);
    assert.equal(registry.lookups, 1);
  });

  it("does nothing while the work list is away, and everything once it is back", async (t) => {
    const { queue, feed } = setUp(t, [openRequest(1)]);
    queue.isReady = false;
    await feed.feedOnce();
    assert.deepEqual(queue.offers, []);
    queue.isReady = true;
    await feed.feedOnce();
    assert.deepEqual(queue.offers, ["infer 1"]);
  });

  it("offers again what the work list may have lost, not before it is time", async (t) => {
    const { queue, clock, feed } = setUp(t, [openRequest(1)]);
    await feed.feedOnce();
    queue.jobs.clear();
    await feed.feedOnce();
    assert.deepEqual(queue.offers, ["infer 1"]);
    clock.time += 2_000;
    await feed.feedOnce();
    assert.deepEqual([...queue.jobs.keys()], ["infer 1"]);
  });

  it("collects a result whose event was lost", async (t) => {
    const { journal, queue, clock, feed } = setUp(t, [openRequest(1)]);
    await feed.feedOnce();
    queue.jobs.set("infer 1", inferred);
    clock.time += 2_000;
    await feed.feedOnce();
    assert.deepEqual(journal.output(requestId), { output: OUTPUT, seconds: 1 });
  });

  it("hands a challenged answer of this operator out at once, before all others", async (t) => {
    const many = [1, 2, 3].map((index) => openRequest(index));
    const challenged = openRequest(4, { level: "Optimistic" });
    const { journal, queue, feed } = setUp(t, [...many, challenged], 1);
    const { requestId: id, operatorId } = challenged;
    for (const row of [...many, challenged]) {
      journal.recordOutput(row.requestId, { output: OUTPUT, seconds: 1 });
    }
    const answer = { requestId: id, operatorId, windowEnd: 9_000, record: "0x", output: OUTPUT };
    const challenger = hex(0xbad, 20);
    const challenge = { requestId: id, challenger, proofDeadline: 9_000, record: "0x" };
    journal.applyBlock({
      block: block(2),
      events: [
        { kind: "answered", answer },
        { kind: "challenged", challenge },
      ],
    });
    await feed.feedOnce();
    assert.deepEqual(queue.offers, ["prove 4", "prove 1"]);
    assert.deepEqual(queue.urgent, ["prove 4"]);
    feed.settleOutcome("prove", { ...proven, requestId: id });
    assert.deepEqual(journal.proof(id), PROOF);
  });

  it("journals a refutation of what was inferred, and nothing else", async (t) => {
    const watched = openRequest(1, { level: "Optimistic", operatorId: 99n });
    const { journal, feed } = setUp(t, [watched]);
    const refuted = (output: Uint8Array): JobOutcome => ({
      kind: "refuted",
      requestId,
      output,
      proof: PROOF,
      making: MAKING,
    });
    journal.recordOutput(requestId, { output: OUTPUT, seconds: 1 });
    feed.settleOutcome("refute", refuted(Uint8Array.of(9)));
    assert.equal(journal.refutation(requestId), null);
    assert.equal(journal.request(requestId)?.failure?.code, "OutputMismatch");
    feed.settleOutcome("refute", refuted(OUTPUT));
    const salt = overturnSalt(requestId, "secret");
    const claim = { requestId, output: OUTPUT, challenger: SENDER, salt };
    const commitment = overturnCommitment(claim);
    assert.deepEqual(journal.refutation(requestId), { proof: PROOF, commitment });
    const error = { code: "ProvingFailed", message: "no", retryable: false, data: {} };
    feed.settleOutcome("refute", { kind: "failed", requestId, stage: "refute", error });
    assert.equal(journal.request(requestId)?.failure?.code, "OutputMismatch", "it is done");
  });

  it("lets requesters take turns within the capacity", async (t) => {
    const [alice, bob] = [hex(0xa, 20), hex(0xb, 20)];
    const many = [1, 2, 3, 4].map((index) => openRequest(index, { requester: alice }));
    const { queue, feed } = setUp(t, [...many, openRequest(5, { requester: bob })], 3);
    await feed.feedOnce();
    await feed.feedOnce();
    assert.deepEqual([...queue.jobs.keys()].toSorted(), ["infer 1", "infer 2", "infer 5"]);
  });

  it("waits for a release it could not look up", async (t) => {
    const { queue, clock, feed, registry } = setUp(t, [openRequest(1)]);
    registry.failure = new OrchestratorError("RpcUnavailable", { retryable: true });
    await feed.feedOnce();
    assert.deepEqual(queue.offers, []);
    registry.failure = null;
    clock.time += 2_000;
    await feed.feedOnce();
    assert.deepEqual(queue.offers, ["infer 1"]);
  });

  it("gives up a request of a release that is wrong on chain", async (t) => {
    const { journal, queue, feed, registry } = setUp(t, [openRequest(1)]);
    registry.failure = new OrchestratorError("UnitsWrong");
    await feed.feedOnce();
    await feed.feedOnce();
    assert.deepEqual(queue.offers, []);
    assert.equal(registry.lookups, 1);
    assert.equal(journal.request(requestId)?.failure?.code, "UnitsWrong");
  });

  it("hands a passing failure out again later, and gives up on a lasting one", async (t) => {
    const { journal, queue, clock, feed } = setUp(t, [openRequest(1)]);
    const error = { code: "ArtefactMissing", message: "m", retryable: true, data: {} };
    await feed.feedOnce();
    feed.settleOutcome("infer", { kind: "failed", requestId, stage: "infer", error });
    await feed.feedOnce();
    assert.equal(queue.offers.length, 1);
    clock.time += 15_000;
    await feed.feedOnce();
    assert.equal(queue.offers.length, 2);
    const lasting = { ...error, code: "ModelRefused", retryable: false };
    feed.settleOutcome("infer", { kind: "failed", requestId, stage: "infer", error: lasting });
    clock.time += 15_000;
    await feed.feedOnce();
    assert.equal(queue.offers.length, 2);
    assert.equal(journal.request(requestId)?.failure?.code, "ModelRefused");
  });
});

describe("acceptOutcome", () => {
  it("takes no proof of another output than the inferred one", async (t) => {
    const { journal, feed } = setUp(t, [openRequest(1)]);
    feed.settleOutcome("infer", inferred);
    feed.settleOutcome("prove", { ...proven, output: Uint8Array.of(5) });
    assert.equal(journal.proof(requestId), null);
    assert.equal(journal.request(requestId)?.failure?.code, "OutputMismatch");
  });

  it("ignores repeated results, late failures and requests it does not know", async (t) => {
    const { journal, feed } = setUp(t, [openRequest(1)]);
    feed.settleOutcome("infer", inferred);
    feed.settleOutcome("infer", { ...inferred, output: Uint8Array.of(9) });
    const error = { code: "ModelRefused", message: "m", retryable: false, data: {} };
    feed.settleOutcome("infer", { kind: "failed", requestId, stage: "infer", error });
    feed.settleOutcome("infer", { ...inferred, requestId: hex(0xdead) });
    feed.settleOutcome("prove", { ...proven, requestId: hex(0xdead) });
    assert.deepEqual(journal.output(requestId)?.output, OUTPUT);
    assert.equal(journal.request(requestId)?.failure, null);
  });
});

describe("Feed and faults", () => {
  const { releaseId } = openRequest(1);
  const failed = (code: string, retryable: boolean): JobOutcome => {
    const error = { code, message: "", retryable, data: {} };
    return { kind: "failed", requestId, stage: "prove", error };
  };

  it("puts a release whose job failed for good into quarantine, until an answer is made", async (t) => {
    const { feed, faults } = setUp(t, [openRequest(1)]);
    feed.settleOutcome("infer", inferred);
    feed.settleOutcome("prove", failed("ComputeCrashed", true));
    assert.equal(faults.current().get(releaseId)?.isLasting, false);
    feed.settleOutcome("prove", failed("ProofRejected", false));
    const lasting = { code: "ProofRejected", isLasting: true };
    assert.deepEqual(faults.current().get(releaseId), lasting);
    feed.settleOutcome("prove", proven);
    assert.equal(faults.current().size, 0);
  });

  it("does the same when inference and proof disagree", (t) => {
    const { feed, faults, journal } = setUp(t, [openRequest(1)]);
    feed.settleOutcome("infer", inferred);
    feed.settleOutcome("prove", { ...proven, output: Uint8Array.of(9) });
    assert.deepEqual(faults.current().get(releaseId), { code: "OutputMismatch", isLasting: true });
    assert.equal(journal.request(requestId)?.failure?.code, "OutputMismatch");
  });

  it("remembers a release that cannot be looked up", async (t) => {
    const { feed, faults, registry } = setUp(t, [openRequest(1)]);
    registry.failure = new OrchestratorError("ArtefactMissing", { retryable: true });
    await feed.feedOnce();
    assert.deepEqual(faults.current().get(releaseId), {
      code: "ArtefactMissing",
      isLasting: false,
    });
  });
});
