import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { keccak256 } from "ethers";

import { DEVELOPMENT_PROFILE } from "../../scripts/deploy/deploy.ts";
import { eventually } from "../orchestrator/support/ports.ts";
import { setUpBench } from "./support/bench.ts";
import { callbackFeeOf, challenge, enrolLiar, watchtower } from "./support/disputes.ts";
import { pass, untilEvent } from "./support/marketRequests.ts";
import {
  askOptimistic,
  balanceOf,
  bondOf,
  deployConsumer,
  earningsOf,
  gasPaid,
  outputHeardBy,
  statusOf,
} from "./support/optimisticRequests.ts";
import { untilReport, untilWhy } from "./support/requests.ts";

const WINDOW = 600;
/** Longer than the window: a proof is never due before its end. */
const PROOF_SECONDS = 900;
const PROFILE = {
  ...DEVELOPMENT_PROFILE,
  challengeWindowSeconds: BigInt(WINDOW),
  proofSeconds: BigInt(PROOF_SECONDS),
};
const LEVELS = ["Optimistic"] as const;

describe("a challenged optimistic answer", { timeout: 300_000 }, () => {
  it("is proven in time by the honest operator, who gets the challenger's bond", async (t) => {
    const bench = await setUpBench(t, { levels: LEVELS, profile: PROFILE });
    const { processes, network } = bench;
    const consumer = await deployConsumer(bench);
    processes.start("node");
    processes.start("infer-worker");
    const asked = await askOptimistic(bench, consumer, { index: 0, delivery: "WhenFinal" });
    const bond = await challenge(bench, asked, 7);
    assert.equal(bond, (asked.bond * 3n) / 10n);

    await t.test(
      "a person is called while half of the time is left and nobody proves",
      async () => {
        await pass(bench, PROOF_SECONDS / 2);
        const page = async () => (await fetch(`${bench.nodeUrl}/metrics`)).text();
        const isCalled = async () => /^proof_alarms_count 1$/m.test(await page());
        await eventually(isCalled, { withinMs: 20_000, what: "the alarm" });
        assert.match(processes.log("node"), /"level":"error".*ProofDeadlineNear/);
        assert.match(await page(), /^challenges_open_count 1$/m);
        const { answer } = await untilWhy(bench, asked.requestId, /waits for a prove worker/);
        assert.equal(answer?.isChallenged, true);
      },
    );

    await t.test("the node is killed, and proves nevertheless", async () => {
      await processes.kill("node");
      processes.start("node");
      processes.start("prove-worker");
      const { event } = await untilEvent(bench, "RequestFinalized", asked.requestId);
      assert.equal(event.args["level"], 2n);
      const answered = await untilEvent(bench, "ChallengeAnswered", asked.requestId);
      assert.equal(answered.event.args["challengeBond"], bond);
      const paid = event.args["paid"] as bigint;
      assert.equal(await earningsOf(bench, network.operatorId), paid + bond);
      assert.deepEqual((await bondOf(bench)).locked, 0n);
      assert.notEqual(await outputHeardBy(bench, consumer, asked.requestId), null);
    });
  });
});

describe("a watchtower", { timeout: 400_000 }, () => {
  it("overturns a lie, earns by it, and leaves the truth alone", async (t) => {
    const bench = await setUpBench(t, { levels: LEVELS, profile: PROFILE });
    const { network, processes } = bench;
    const consumer = await deployConsumer(bench);
    const tower = await watchtower(bench);
    const liar = await enrolLiar(bench);
    processes.start("node");
    processes.start("infer-worker");
    for (const name of ["watch", "infer-worker", "prove-worker"] as const) {
      tower.processes.start(name);
    }
    const { operatorId } = network;
    const when = { delivery: "WhenAnswered" } as const;
    const honest = await askOptimistic(bench, consumer, { index: 1, operatorId, ...when });
    const { event: truth } = await untilEvent(bench, "RequestAnswered", honest.requestId);

    const lied = await askOptimistic(bench, consumer, {
      index: 1,
      operatorId: liar.operatorId,
      ...when,
    });
    const before = await bondOf(bench, liar.operatorId);
    const wrong = Uint8Array.from(Buffer.from(String(truth.args["output"]).slice(2), "hex"));
    wrong[0] = (wrong[0] ?? 0) ^ 1;
    const payerBefore = await balanceOf(bench, consumer);
    await liar.answer(lied, wrong);
    assert.equal(await outputHeardBy(bench, consumer, lied.requestId), keccak256(wrong));

    const found = await untilEvent(bench, "RequestOverturned", lied.requestId);
    const { args } = found.event;
    await t.test("the right output replaces the wrong one, final and proven", async () => {
      assert.equal(args["output"], truth.args["output"]);
      assert.equal(args["challenger"], tower.address);
      assert.equal(await statusOf(bench, lied.requestId), "Overturned");
      const right = keccak256(String(truth.args["output"]));
      assert.equal(await outputHeardBy(bench, consumer, lied.requestId), right);
    });

    await t.test(
      "the bond goes to payer and watchtower, less a half that burns or pays for the callback",
      async () => {
        const { bond, escrow } = lied;
        const reward = args["reward"] as bigint;
        const gasFee = reward - bond / 5n;
        assert.equal(args["slashed"], bond);
        assert.ok(gasFee > 0n && gasFee < escrow);
        assert.equal(args["refund"], escrow - gasFee + bond / 2n - bond / 5n);
        const callbackFee = await callbackFeeOf(bench, lied.requestId);
        assert.ok(callbackFee > 0n && callbackFee < bond / 4n);
        assert.equal(await balanceOf(bench, tower.address), reward + callbackFee);
        assert.equal(await balanceOf(bench, consumer), payerBefore + args["refund"]);
        const after = await bondOf(bench, liar.operatorId);
        assert.deepEqual(after, { amount: before.amount - bond, locked: 0n });
        assert.equal(await earningsOf(bench, liar.operatorId), 0n);
        assert.ok(reward > (await gasPaid(bench, tower.address)), "it earns more than its gas");
      },
    );

    await t.test("it committed a block before, and computed the output twice", async () => {
      const report = await untilReport(tower, lied.requestId, {
        isMeant: ({ transactions }) => transactions.at(-1)?.state === "Done",
        what: "its transactions are done",
      });
      const purposes = report.transactions.map(({ purpose }) => purpose);
      assert.deepEqual(purposes, ["commitOverturn", "overturn"]);
      const [first, second] = report.transactions.map(({ minedInBlock }) => minedInBlock ?? 0);
      assert.ok((first ?? 0) > 0 && (second ?? 0) > (first ?? 0));
      assert.match(tower.processes.log("watch"), /output confirmed by a second execution/);
    });

    await t.test("the honest answer was checked and becomes final", async () => {
      await untilWhy(tower, honest.requestId, /this node computed the same output/);
      const page = await (await fetch(`${tower.nodeUrl}/metrics`)).text();
      assert.match(page, /^answers_watched_total\{verdict="right"\} 1$/m);
      assert.match(page, /^answers_watched_total\{verdict="wrong"\} 1$/m);
      await pass(bench, WINDOW);
      await untilEvent(bench, "RequestFinalized", honest.requestId);
    });
  });

  it("asks for a proof where the release is hidden, if told to", async (t) => {
    const bench = await setUpBench(t, { levels: LEVELS, profile: PROFILE });
    const consumer = await deployConsumer(bench);
    const empty = await mkdtemp(join(tmpdir(), "assay-empty-"));
    const tower = await watchtower(bench, {
      ASSAY_STORE_DIR: empty,
      ASSAY_WATCH_CHALLENGE: "on",
    });
    const liar = await enrolLiar(bench);
    tower.processes.start("watch");
    const { operatorId } = liar;
    const lied = await askOptimistic(bench, consumer, {
      index: 0,
      operatorId,
      delivery: "WhenAnswered",
    });
    await liar.answer(lied, new Uint8Array(Number(lied.outputLength)).fill(7));
    const isMissed = () => /could not be looked up/.test(tower.processes.log("watch"));
    await eventually(isMissed, { withinMs: 30_000, what: "the watchtower misses the release" });
    assert.equal(await statusOf(bench, lied.requestId), "Answered");

    await pass(bench, (WINDOW * 3) / 4);
    const { event: asked } = await untilEvent(bench, "RequestChallenged", lied.requestId);
    assert.equal(asked.args["challenger"], tower.address);
    await pass(bench, PROOF_SECONDS);
    const { event } = await untilEvent(bench, "RequestOverturned", lied.requestId);
    assert.equal(event.args["output"], "0x");
    const challengeBond = (lied.bond * 3n) / 10n;
    const callbackFee = await callbackFeeOf(bench, lied.requestId);
    const earned = challengeBond + lied.bond / 5n + callbackFee;
    assert.equal(await balanceOf(bench, tower.address), earned);
    assert.equal(await outputHeardBy(bench, consumer, lied.requestId), null);
  });
});
