import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import type { QueueState } from "../../../orchestrator/domain/nodePorts.ts";
import { ChainView } from "../../../orchestrator/services/chainView.ts";
import {
  block,
  OPERATOR,
  openRequest,
  PROOF,
  temporaryJournal,
  optimisticView,
} from "../support/builders.ts";
import { FakeClock } from "../support/fakeClock.ts";

const OUTPUT = { output: Uint8Array.of(1), seconds: 2 };

function setUp(t: TestContext) {
  const clock = new FakeClock();
  const journal = temporaryJournal(t, () => clock.now());
  const outside = { asked: 0, queue: { isReady: true } as QueueState };
  const view = new ChainView({
    journal,
    finalNumber: async () => 0,
    async market() {
      outside.asked += 1;
      return { baseFee: BigInt(outside.asked), tip: 1n, isCoin: true };
    },
    faults: () => new Map(),
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
    operator: {
      operatorId: OPERATOR,
      settleDepth: 0,
      fallback: false,
      leastGain: 0n,
      ...optimisticView,
    },
    slots: 1,
  });
  return { clock, journal, outside, view };
}

describe("ChainView", () => {
  it("asks what gas costs once per block", async (t) => {
    const { journal, outside, view } = setUp(t);
    await view.refresh();
    assert.equal(outside.asked, 0);
    journal.applyBlock({ block: block(1), events: [] });
    assert.equal(view.current()?.market, null);
    await view.refresh();
    await view.refresh();
    assert.equal(outside.asked, 1);
    journal.applyBlock({ block: block(2), events: [] });
    await view.refresh();
    assert.equal(view.current()?.market?.baseFee, 2n);
  });

  it("takes the time between blocks from the last of them, a second at least", (t) => {
    const { journal, view } = setUp(t);
    journal.applyBlock({ block: { ...block(1), timestamp: 1_000 }, events: [] });
    assert.equal(view.current()?.blockSeconds, 1);
    journal.applyBlock({ block: { ...block(2), timestamp: 1_012 }, events: [] });
    assert.equal(view.current()?.blockSeconds, 12);
    journal.applyBlock({ block: { ...block(3), timestamp: 1_012 }, events: [] });
    assert.equal(view.current()?.blockSeconds, 1);
  });

  it("foresees answers by measured times, counting only work of its own", (t) => {
    const { clock, journal, view } = setUp(t);
    const requests = [openRequest(1), openRequest(2), openRequest(3, { operatorId: 99n })];
    const events = requests.map((request) => ({ kind: "requested", request }) as const);
    journal.applyBlock({ block: block(1), events });
    assert.equal(view.current()?.secondsToAnswer.size, 0);
    const { requestId } = openRequest(1);
    journal.recordOutput(requestId, OUTPUT);
    journal.recordProof(requestId, { ...PROOF, seconds: 10 });
    assert.equal(view.current()?.secondsToAnswer.size, 0, "an estimate holds for a while");
    clock.time += 500;
    assert.deepEqual(
      [...(view.current()?.secondsToAnswer ?? [])],
      [
        [openRequest(1).requestId, 0],
        [openRequest(2).requestId, 12],
      ],
    );
  });

  it("names what keeps all work from being done, and revoked verifiers", (t) => {
    const { journal, outside, view } = setUp(t);
    const events = [{ kind: "revoked", verifierId: 3n }] as const;
    journal.applyBlock({ block: block(1), events });
    assert.equal(view.current()?.standstill, null);
    const reason = { code: "QueueUnavailable", message: "No Redis.", retryable: true, data: {} };
    outside.queue = { isReady: false, reason };
    assert.equal(view.current()?.standstill, "QueueUnavailable");
    assert.deepEqual(view.current()?.revokedVerifiers, new Set([3n]));
  });
});
