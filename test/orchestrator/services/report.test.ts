import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { HealthReport } from "../../../orchestrator/domain/nodeApi.ts";
import type { QueueState } from "../../../orchestrator/domain/nodePorts.ts";
import type { Hex } from "../../../orchestrator/domain/ports.ts";
import type { Fault } from "../../../orchestrator/domain/view.ts";
import { observeFailedProof, observeProof } from "../../../orchestrator/services/proofMetrics.ts";
import { reportedMemory } from "../../../orchestrator/services/blockReport.ts";
import { ChainView } from "../../../orchestrator/services/chainView.ts";
import { ProofsUnderWay } from "../../../orchestrator/services/proofsUnderWay.ts";
import {
  healthReport,
  metricsPage,
  requestReport,
  workFor,
} from "../../../orchestrator/services/report.ts";
import { silentLogger as logger } from "../../../orchestrator/telemetry/logger.ts";
import { createNodeMetrics } from "../../../orchestrator/telemetry/nodeMetrics.ts";
import {
  attempt,
  block,
  hex,
  MAKING,
  OPERATOR,
  openRequest,
  PROOF,
  temporaryJournal,
  optimisticView,
  SENDER,
} from "../support/builders.ts";
import { FakeClock } from "../support/fakeClock.ts";

const request = openRequest(1);
const { requestId, releaseId } = request;
const FULFIL = { purpose: "fulfill", reason: null } as const;

function setUp(t: TestContext) {
  const clock = new FakeClock();
  const journal = temporaryJournal(t, () => clock.now());
  const metrics = createNodeMetrics();
  const memory = reportedMemory({ journal, clock, logger, metrics });
  const chain = { final: 0, asked: 0 };
  const finalNumber = async () => {
    chain.asked += 1;
    return chain.final;
  };
  const operator = {
    operatorId: OPERATOR,
    settleDepth: 0,
    fallback: false,
    leastGain: 0n,
    ...optimisticView,
  };
  const outside = {
    rpc: [{ name: "a", state: "healthy", reason: null }] as HealthReport["rpc"],
    queue: { isReady: true } as QueueState,
    obstacle: null as Error | null,
    faults: new Map<Hex, Fault>(),
    market: { baseFee: 1n, tip: 1n, isCoin: true },
  };
  const view = new ChainView({
    journal,
    finalNumber,
    market: async () => outside.market,
    faults: () => outside.faults,
    queueState: () => outside.queue,
    judges: () => new Map(),
    stake: {
      current: () => ({ fallbacks: new Map(), bondShort: new Set() }),
      refresh: () => Promise.resolve(),
    },
    excuses: {
      current: () => ({ notedBaseFees: new Map() }),
      refresh: () => Promise.resolve(),
    },
    clock,
    operator,
    slots: 1,
  });
  const proofs = new ProofsUnderWay(clock);
  const dependencies = {
    journal,
    view: () => view.current(),
    finalNumber: () => view.finalNumber,
    rpcHealth: () => outside.rpc,
    queueState: () => outside.queue,
    settlementObstacle: () => outside.obstacle,
    operatorId: OPERATOR,
    sender: SENDER,
    metrics,
    proofs,
  };
  return { clock, journal, memory, chain, view, outside, proofs, metrics, dependencies };
}

const requested = { block: block(1), events: [{ kind: "requested", request }] } as const;

describe("requestReport", () => {
  it("knows nothing of a request that was never seen", (t) => {
    const { dependencies, memory } = setUp(t);
    assert.equal(requestReport(dependencies, requestId), null);
    memory.applyBlock(requested);
    assert.equal(requestReport(dependencies, hex(0xdead)), null);
  });

  it("names what holds a request up: RPC, Redis, registry, fees", (t) => {
    const { dependencies, memory, outside, journal } = setUp(t);
    const heldUpBy = () => requestReport(dependencies, requestId)?.heldUpBy;
    memory.applyBlock(requested);
    assert.match(heldUpBy() ?? "", /could not be looked up/);
    journal.recordRelease({ releaseId, manifestCid: "cid" });
    assert.equal(heldUpBy(), null);

    const reason = { code: "QueueUnavailable", message: "No Redis.", retryable: true, data: {} };
    outside.queue = { isReady: false, reason };
    assert.equal(heldUpBy(), "No Redis.");
    journal.recordOutput(requestId, { output: Uint8Array.of(1), seconds: 1 });
    journal.recordProof(requestId, PROOF);
    assert.equal(heldUpBy(), null, "a proven request needs no Redis");

    outside.obstacle = new OrchestratorError("FeeCapTooLow");
    assert.match(heldUpBy() ?? "", /cap/);
    outside.rpc = [{ name: "a", state: "failing", reason: "no" }];
    assert.match(heldUpBy() ?? "", /No RPC endpoint answers: a failing/);
  });

  it("calls an ending final only once the finalised block has passed it", async (t) => {
    const { clock, dependencies, memory, view, chain, journal } = setUp(t);
    memory.applyBlock(requested);
    const entry = { requestId, sender: hex(0x5e, 20), nonce: 0, ...FULFIL, attempt: attempt(1) };
    journal.insertTransaction(entry);
    const ended = { kind: "ended", requestId, status: "Finalized" } as const;
    memory.applyBlock({ block: block(2), events: [{ ...ended, transactionHash: hex(1) }] });
    await view.refresh();
    assert.equal(requestReport(dependencies, requestId)?.isFinal, false);
    chain.final = 2;
    await view.refresh();
    assert.equal(chain.asked, 1, "the tag is not asked for at every look");
    clock.time += 5_000;
    await view.refresh();
    const report = requestReport(dependencies, requestId);
    assert.equal(report?.isFinal, true);
    assert.equal(report?.endedAs, "Finalized");
    assert.deepEqual(report?.transactions, [
      { nonce: 0, ...FULFIL, state: "Signed", hashes: [attempt(1).hash], minedInBlock: null },
    ]);
  });
});

describe("healthReport", () => {
  it("is healthy with an RPC and a work list", (t) => {
    const { dependencies, memory, outside } = setUp(t);
    assert.equal(healthReport(dependencies).headBlock, null);
    memory.applyBlock(requested);
    const { isHealthy, headBlock, requestsUnfinished } = healthReport(dependencies);
    assert.deepEqual(
      { isHealthy, headBlock, requestsUnfinished },
      {
        isHealthy: true,
        headBlock: 1,
        requestsUnfinished: 1,
      },
    );
    outside.rpc = [];
    assert.equal(healthReport(dependencies).isHealthy, false);
  });
});

describe("metricsPage", () => {
  it("counts unfinished requests by their next step, and times settled ones", (t) => {
    const { clock, dependencies, memory } = setUp(t);
    assert.match(metricsPage(dependencies), /requests_unfinished_count\{step="infer"\} 0/);
    memory.applyBlock(requested);
    assert.match(metricsPage(dependencies), /requests_unfinished_count\{step="infer"\} 1/);
    clock.time += 2_000;
    const ended = { kind: "ended", requestId, status: "Finalized" } as const;
    memory.applyBlock({ block: block(2), events: [{ ...ended, transactionHash: hex(1) }] });
    const page = metricsPage(dependencies);
    assert.match(page, /requests_unfinished_count\{step="infer"\} 0/);
    assert.match(page, /settlement_duration_seconds_sum\{status="Finalized"\} 2/);
    memory.rollBackTo(block(1));
    assert.match(metricsPage(dependencies), /head_block_number 1/);
  });
});

describe("proofs", () => {
  it("are shown with the phase they are in until they end", (t) => {
    const { clock, dependencies, memory, proofs } = setUp(t);
    memory.applyBlock(requested);
    assert.equal(requestReport(dependencies, requestId)?.proving, null);
    proofs.begin("prove", requestId, "msmA");
    clock.time += 1_500;
    const proving = { stage: "prove", phase: "msmA", seconds: 1.5 };
    assert.deepEqual(requestReport(dependencies, requestId)?.proving, proving);
    assert.match(metricsPage(dependencies), /^proofs_running_count 1$/m);
    proofs.end(requestId);
    assert.equal(requestReport(dependencies, requestId)?.proving, null);
    assert.match(metricsPage(dependencies), /^proofs_running_count 0$/m);
  });

  it("are timed by phase and backend, counted, and their failures by reason", (t) => {
    const { dependencies, metrics } = setUp(t);
    observeProof(metrics, { seconds: 1, making: MAKING });
    observeProof(metrics, {
      seconds: 2,
      making: { backend: "snarkjs", phases: { prove: 1_500 }, quarantined: "it failed" },
    });
    observeFailedProof(metrics, { code: "ProvingFailed", data: { native: "MemoryLimit" } });
    observeFailedProof(metrics, { code: "WitnessWrong", data: { native: 'a"label' } });
    const page = metricsPage(dependencies);
    for (const line of [
      'prove_phase_seconds_sum{phase="msmA",backend="native"} 0.0125',
      'prove_phase_seconds_count{phase="prove",backend="snarkjs"} 1',
      'prove_phase_seconds_bucket{phase="prove",backend="snarkjs",le="1"} 0',
      'prove_phase_seconds_bucket{phase="prove",backend="snarkjs",le="2.5"} 1',
      'proofs_made_total{backend="native"} 1',
      'proofs_made_total{backend="snarkjs"} 1',
      'proofs_failed_total{reason="MemoryLimit"} 1',
      'proofs_failed_total{reason="WitnessWrong"} 1',
      "provers_quarantined_total 1",
    ])
      assert.ok(page.split("\n").includes(line), line);
  });
});

describe("workFor", () => {
  it("tells a worker input, release and payee, once the release is known", (t) => {
    const { dependencies, memory, journal } = setUp(t);
    assert.equal(workFor(dependencies, requestId), null);
    memory.applyBlock(requested);
    assert.equal(workFor(dependencies, requestId), null);
    journal.recordRelease({ releaseId, manifestCid: "cid" });
    const payees = { payee: OPERATOR, account: BigInt(SENDER) };
    const work = { requestId, manifestCid: "cid", ...payees, input: request.input };
    assert.deepEqual(workFor(dependencies, requestId), work);
  });
});
