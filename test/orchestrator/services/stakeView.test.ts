import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import type { OpenRequest } from "../../../orchestrator/domain/request.ts";
import { StakeView } from "../../../orchestrator/services/stakeView.ts";
import { silentLogger as logger } from "../../../orchestrator/telemetry/logger.ts";
import {
  agreement,
  attempt,
  block,
  openRequest,
  OPERATOR,
  SENDER,
  temporaryJournal,
} from "../support/builders.ts";

const optimistic = (index: number, change: Partial<OpenRequest> = {}) =>
  openRequest(index, { level: "Optimistic", agreement: agreement({ bond: 10n }), ...change });
const at = (timestamp: number) => ({ ...block(5), timestamp });
const id = (index: number) => openRequest(index).requestId;

function setUp(t: TestContext, requests: readonly OpenRequest[], free: bigint) {
  const journal = temporaryJournal(t);
  const events = requests.map((request) => ({ kind: "requested", request }) as const);
  journal.applyBlock({ block: block(1), events });
  const asked: string[] = [];
  const reader = {
    async freeBond() {
      asked.push("bond");
      return free;
    },
    async fallbackOf({ preimage }: Pick<OpenRequest, "preimage">) {
      asked.push(preimage);
      if (preimage.includes("9")) throw new Error("answered already");
      return OPERATOR;
    },
  };
  const operator = { operatorId: OPERATOR, fallback: true };
  return { journal, asked, view: new StakeView({ journal, reader, operator, logger }) };
}

describe("StakeView", () => {
  it("gives free bond to the oldest, after those whose answer is on its way", async (t) => {
    const { journal, view } = setUp(
      t,
      [1, 2, 3].map((index) => optimistic(index)),
      25n,
    );
    await view.refresh(at(1_500));
    assert.deepEqual(view.current().bondShort, new Set([id(3)]));
    const intent = { purpose: "fulfill", reason: null, sender: SENDER, nonce: 0 } as const;
    journal.insertTransaction({ ...intent, requestId: id(3), attempt: attempt(1) });
    await view.refresh(at(1_500));
    assert.deepEqual(view.current().bondShort, new Set([id(2)]));
  });

  it("asks nothing without open optimistic requests of this operator", async (t) => {
    const requests = [openRequest(1), optimistic(2, { operatorId: 99n })];
    const { view, asked } = setUp(t, requests, 0n);
    await view.refresh(at(1_500));
    assert.deepEqual(asked, []);
    assert.equal(view.current().bondShort.size, 0);
  });

  it("asks who may answer late ones, and counts those it may answer as its own", async (t) => {
    const late = optimistic(2, { operatorId: 99n });
    const { view, asked } = setUp(t, [late, optimistic(9), openRequest(4)], 0n);
    await view.refresh(at(2_000));
    assert.deepEqual(asked, [late.preimage, optimistic(9).preimage, "bond"]);
    assert.deepEqual(view.current().fallbacks, new Map([[id(2), OPERATOR]]));
    assert.deepEqual(view.current().bondShort, new Set([id(2)]));
    await view.refresh(at(3_000));
    assert.equal(view.current().fallbacks.size, 0, "past their deadline");
  });
});
