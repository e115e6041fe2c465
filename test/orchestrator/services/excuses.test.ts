import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import type { OpenRequest } from "../../../orchestrator/domain/request.ts";
import { Excuses } from "../../../orchestrator/services/excuses.ts";
import { agreement, block, openRequest, OPERATOR, temporaryJournal } from "../support/builders.ts";

const PERIOD = 21_600;
const at = (timestamp: number) => ({ ...block(5), timestamp });
const id = (index: number) => openRequest(index).requestId;

/** Another operator's, with a window from one chain second to another. */
function late(index: number, from: number, until: number, maxGasPrice = 1n): OpenRequest {
  return openRequest(index, {
    operatorId: 99n,
    primaryUntil: until,
    deadline: 9 * PERIOD,
    agreement: agreement({ assignedAt: from, maxGasPrice }),
  });
}

function setUp(t: TestContext, requests: readonly OpenRequest[], fallback = true) {
  const journal = temporaryJournal(t);
  const events = requests.map((request) => ({ kind: "requested", request }) as const);
  journal.applyBlock({ block: block(1), events });
  const asked: number[] = [];
  const noted = new Map<number, bigint>();
  const excuses = new Excuses({
    journal,
    async notedBaseFee(time) {
      asked.push(time / PERIOD);
      return noted.get(time / PERIOD) ?? 0n;
    },
    operator: { operatorId: OPERATOR, fallback },
  });
  return { excuses, asked, noted };
}

describe("Excuses", () => {
  it("finds the highest base fee of the periods that a window touches", async (t) => {
    const requests = [late(1, 1_000, PERIOD), late(2, 2_000, PERIOD - 1)];
    const { excuses, asked, noted } = setUp(t, requests);
    noted.set(0, 5n).set(1, 7n);
    await excuses.refresh(at(PERIOD));
    const expected = new Map([
      [id(1), 7n],
      [id(2), 5n],
    ]);
    assert.deepEqual(excuses.current().notedBaseFees, expected);
    assert.deepEqual(asked, [0, 1], "each period once");
  });

  it("asks again for a period until another one has passed", async (t) => {
    const { excuses, asked, noted } = setUp(t, [late(1, 1_000, 2_000)]);
    await excuses.refresh(at(2_000));
    noted.set(0, 5n);
    await excuses.refresh(at(2 * PERIOD));
    assert.equal(excuses.current().notedBaseFees.get(id(1)), 5n);
    assert.deepEqual(asked, [0, 0]);
    await excuses.refresh(at(3 * PERIOD));
    assert.deepEqual(asked, [0, 0]);
    assert.equal(excuses.current().notedBaseFees.get(id(1)), 5n);
  });

  it("asks nothing for what this operator would not answer in another's place", async (t) => {
    const own = { ...late(1, 1_000, 2_000), operatorId: OPERATOR };
    const free = { ...late(2, 1_000, 2_000), agreement: agreement({ latePenalty: 0n }) };
    const requests = [own, free, late(3, 1_000, 2_001), late(4, 1_000, 2_000, 0n)];
    const { excuses, asked } = setUp(t, requests);
    await excuses.refresh(at(2_000));
    assert.deepEqual(asked, []);
    const aside = setUp(t, [late(1, 1_000, 2_000)], false);
    await aside.excuses.refresh(at(2_000));
    assert.deepEqual(aside.asked, []);
    const overdue = setUp(t, [late(1, 1_000, 2_000)]);
    await overdue.excuses.refresh(at(9 * PERIOD));
    assert.deepEqual(overdue.asked, []);
  });
});
