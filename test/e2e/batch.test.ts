import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import type { Hex } from "../../orchestrator/domain/ports.ts";
import { eventually } from "../orchestrator/support/ports.ts";
import { rpc, setUpBench, type Bench } from "./support/bench.ts";
import {
  ask,
  assertSettledOnce,
  fulfilments,
  reportOf,
  untilReport,
  untilSettled,
} from "./support/requests.ts";

/** Deep enough that all are proven before the first may be settled. */
const DEPTH = 3;

const mineEvery = (bench: Bench, seconds: number) =>
  rpc(bench.chain, "evm_setIntervalMining", [seconds]);

/** Requests of one block, all proven, none settled yet; no block comes any more. */
async function proven(bench: Bench, indices: readonly number[]): Promise<readonly Hex[]> {
  const { provider, user } = bench.network;
  await mineEvery(bench, 0);
  const before = await provider.getTransactionCount(user.address, "latest");
  const asking = ask(bench, indices);
  const areSent = async () => {
    const count = await provider.getTransactionCount(user.address, "pending");
    return count === before + indices.length;
  };
  await eventually(areSent, { withinMs: 30_000, what: "all requests are sent" });
  await mine(bench, 1);
  const ids = (await asking).map(({ requestId }) => requestId);
  for (const requestId of ids) {
    await untilReport(bench, requestId, {
      isMeant: ({ proveSeconds }) => proveSeconds !== null,
      what: "a proof",
    });
  }
  return ids;
}

/** A journal in which the proof of one request is that of another one. */
function poison(bench: Bench, requestId: Hex, other: Hex): void {
  const path = join(bench.environment["ASSAY_DATA_DIR"] ?? "", "journal.db");
  const database = new DatabaseSync(path);
  const { changes } = database
    .prepare(
      `UPDATE proofs SET proof = (SELECT proof FROM proofs WHERE request_id = ?)
       WHERE request_id = ?`,
    )
    .run(other, requestId);
  database.close();
  assert.equal(changes, 1);
}

const mine = (bench: Bench, blocks: number) =>
  rpc(bench.chain, "anvil_mine", [`0x${blocks.toString(16)}`]);

const mineAgain = async (bench: Bench): Promise<void> => {
  await mine(bench, DEPTH);
  await mineEvery(bench, 1);
};

describe("requests that are proven at the same time", { timeout: 300_000 }, () => {
  it("are settled in one transaction, and a false proof keeps none of the others", async (t) => {
    const bench = await setUpBench(t, { environment: { ASSAY_SETTLE_DEPTH: DEPTH.toString() } });
    const { processes } = bench;
    processes.startAll();

    await t.test("three go together", async () => {
      const ids = await proven(bench, [0, 1, 2]);
      await mineAgain(bench);
      for (const requestId of ids) await untilSettled(bench, requestId);
      const requests = ids.map((requestId, index) => ({ requestId, index }));
      await assertSettledOnce(bench, requests);
      const hashes = new Set((await Promise.all(ids.map((id) => fulfilments(bench, id)))).flat());
      assert.equal(hashes.size, 1);
      const { transactions } = await reportOf(bench, ids[2] ?? "0x");
      assert.deepEqual(
        transactions.map(({ purpose }) => purpose),
        ["fulfillBatch"],
      );
    });

    await t.test("of four with a false one three do, also through a crash", async () => {
      const ids = await proven(bench, [3, 4, 5, 6]);
      const [good, bad, ...others] = ids;
      assert.ok(good !== undefined && bad !== undefined);
      await processes.kill("node");
      poison(bench, bad, good);
      processes.start("node");
      await mineAgain(bench);
      for (const requestId of [good, ...others]) await untilSettled(bench, requestId);
      const isGivenUp = async () => (await reportOf(bench, bad)).failure !== null;
      await eventually(isGivenUp, { withinMs: 30_000, what: "the false proof is given up" });
      assert.equal((await reportOf(bench, bad)).failure?.code, "ProofInvalid");
      assert.deepEqual(await fulfilments(bench, bad), []);
      const [one, two] = await Promise.all(others.map((id) => fulfilments(bench, id)));
      assert.deepEqual(one, two);
      assert.match(processes.log("node"), /batch divided/);
    });
  });
});
