import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { DEVELOPMENT_PROFILE } from "../../scripts/deploy/deploy.ts";
import { setUpBench } from "./support/bench.ts";
import { pass, untilEvent } from "./support/marketRequests.ts";
import {
  askOptimistic,
  bondOf,
  deployConsumer,
  outputHeardBy,
  revokeJudge,
  statusOf,
} from "./support/optimisticRequests.ts";
import { reportOf, untilWhy } from "./support/requests.ts";

const WAITS_FOR_WINDOW = /final when its window is over/;
const WINDOW = 600;
const PROFILE = { ...DEVELOPMENT_PROFILE, challengeWindowSeconds: BigInt(WINDOW) };

describe("an honest optimistic answer", { timeout: 300_000 }, () => {
  it("is given, stands on a bond through its window, and is made final and paid", async (t) => {
    // Every answer is computed twice.
    const environment = { ASSAY_RERUN: "1" };
    const levels = ["Optimistic"] as const;
    const bench = await setUpBench(t, { levels, profile: PROFILE, environment });
    const { processes, network } = bench;
    const consumer = await deployConsumer(bench);
    processes.start("node");
    processes.start("infer-worker");

    const asked = await askOptimistic(bench, consumer, { index: 0, delivery: "WhenFinal" });
    const { event: answered } = await untilEvent(bench, "RequestAnswered", asked.requestId);
    assert.equal(answered.args["operatorId"], network.operatorId);
    assert.equal(answered.args["isDelivered"], false);
    assert.equal(await outputHeardBy(bench, consumer, asked.requestId), null);
    assert.equal((await bondOf(bench)).locked, asked.bond);
    assert.ok(asked.bond > 0n);
    assert.match(processes.log("node"), /key of a release compared with its circuit/);
    assert.match(processes.log("node"), /output confirmed by a second execution/);

    await t.test("the node says that it waits for the window", async () => {
      const report = await untilWhy(bench, asked.requestId, WAITS_FOR_WINDOW);
      assert.notEqual(report.answer, null);
      assert.equal(report.proveSeconds, null);
    });

    await t.test("also after it was killed between answer and window's end", async () => {
      await processes.kill("node");
      await pass(bench, WINDOW);
      processes.start("node");
      const { event } = await untilEvent(bench, "RequestFinalized", asked.requestId);
      assert.equal(event.args["level"], 0n);
      assert.equal(event.args["isDelivered"], true);
      assert.ok((event.args["paid"] as bigint) > asked.price);
      assert.equal(await statusOf(bench, asked.requestId), "Finalized");
      assert.equal((await bondOf(bench)).locked, 0n);
      assert.notEqual(await outputHeardBy(bench, consumer, asked.requestId), null);
    });

    await t.test("several whose windows are over become final in one transaction", async () => {
      const all = [];
      for (const index of [1, 2, 3]) {
        all.push(await askOptimistic(bench, consumer, { index, delivery: "WhenAnswered" }));
      }
      // Also the node knows that they are answered before their windows end at once.
      for (const { requestId } of all) await untilWhy(bench, requestId, WAITS_FOR_WINDOW);
      await pass(bench, WINDOW);
      const ends = [];
      for (const { requestId } of all) {
        ends.push(await untilEvent(bench, "RequestFinalized", requestId));
      }
      assert.equal(new Set(ends.map(({ transactionHash }) => transactionHash)).size, 1);
      const { transactions } = await reportOf(bench, all[2]?.requestId ?? "0x");
      assert.deepEqual(
        transactions.map(({ purpose }) => purpose),
        ["fulfill", "finalizeMany"],
      );
      assert.equal((await bondOf(bench)).locked, 0n);
    });

    await t.test("one whose judge is revoked fails, and its bond comes back", async () => {
      const last = await askOptimistic(bench, consumer, { index: 4, delivery: "WhenFinal" });
      await untilEvent(bench, "RequestAnswered", last.requestId);
      assert.equal((await bondOf(bench)).locked, last.bond);
      await revokeJudge(bench);
      const { event } = await untilEvent(bench, "RequestFailed", last.requestId);
      assert.equal(event.args["refund"], last.escrow);
      assert.equal((await bondOf(bench)).locked, 0n);
      const { transactions } = await reportOf(bench, last.requestId);
      assert.equal(transactions.at(-1)?.purpose, "failAnswered");
    });
  });
});
