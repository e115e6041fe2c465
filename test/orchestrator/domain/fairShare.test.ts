import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { fairShare } from "../../../orchestrator/domain/fairShare.ts";
import { hex } from "../support/builders.ts";

const ALICE = hex(0xa, 20);
const BOB = hex(0xb, 20);

function of(requester: typeof ALICE, ...indices: readonly number[]) {
  return indices.map((index) => ({ requestId: hex(index), requester }));
}

describe("fairShare", () => {
  it("takes turns between requesters, each in their own order", () => {
    const waiting = [...of(ALICE, 1, 2, 3), ...of(BOB, 4, 5)];
    const chosen = fairShare({ waiting, queued: [], capacity: 4 });
    assert.deepEqual(chosen, [hex(1), hex(4), hex(2), hex(5)]);
  });

  it("counts what is already queued as turns taken", () => {
    const queued = of(ALICE, 1, 2);
    const waiting = [...of(ALICE, 3), ...of(BOB, 4, 5, 6)];
    const chosen = fairShare({ waiting, queued, capacity: 4 });
    assert.deepEqual(chosen, [hex(4), hex(5)]);
  });

  it("takes nothing when the queue is full", () => {
    const queued = of(ALICE, 1, 2);
    assert.deepEqual(fairShare({ waiting: of(BOB, 3), queued, capacity: 1 }), []);
  });
});
