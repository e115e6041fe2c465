import assert from "node:assert/strict";
import { cp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { Contract, type TransactionResponse } from "ethers";

import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { eventually } from "../orchestrator/support/ports.ts";
import { setUpBench, type Bench } from "./support/bench.ts";
import { askFor, notedBaseFees, pass, setBaseFee, untilEvent } from "./support/marketRequests.ts";
import { OperatorProcesses } from "./support/operatorProcesses.ts";
import { askOne, readingOf, reportOf, untilWhy } from "./support/requests.ts";
import { account, enrolSecondOperator } from "./support/secondOperator.ts";

const GWEI = 10n ** 9n;
/** As the release says; declining is free in the first third. */
const PRIMARY_WINDOW = 600;

/** The first operator's node on a store in which every file is damaged. */
async function damagedNode(bench: Bench): Promise<OperatorProcesses> {
  const good = bench.environment["ASSAY_STORE_DIR"] ?? "";
  const bad = join(good, "../damaged");
  await cp(good, bad, { recursive: true });
  for (const entry of await readdir(bad, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await writeFile(join(entry.parentPath, entry.name), "not what it was");
  }
  const environment = { ...bench.environment, ASSAY_STORE_DIR: bad };
  const processes = new OperatorProcesses({ environment, logFolder: join(good, "..") });
  bench.cleanup.add(() => processes.stop());
  return processes;
}

describe("two operators in one market", { timeout: 400_000 }, () => {
  it("stand in for each other, and clear up what nobody answers", async (t) => {
    const bench = await setUpBench(t);
    const { network } = bench;
    // Assigned while there is only one, so the draw is no matter of luck.
    const declined = await askOne(bench, 0);
    const first = await damagedNode(bench);
    // With a tip of a gwei the price of one digit would not pay for taking a penalty.
    const second = await enrolSecondOperator(bench, { ASSAY_MAX_PRIORITY_FEE_GWEI: "0.05" });

    await t.test("who cannot answer gives the request back, and the other answers", async () => {
      first.start("node");
      second.processes.startAll();
      const given = await untilEvent(bench, "RequestDeclined", declined.requestId);
      assert.equal(given.event.args["operatorId"], network.operatorId);
      const { event } = await untilEvent(bench, "RequestFulfilled", declined.requestId);
      assert.equal(event.args["operatorId"], second.operatorId);
      assert.equal(await readingOf(bench, declined.requestId), bench.labels[0]);
      const { transactions } = await reportOf(bench, declined.requestId);
      assert.deepEqual(
        transactions.map(({ purpose, reason }) => ({ purpose, reason })),
        [{ purpose: "decline", reason: "ArtefactCorrupt" }],
      );
      await first.stop();
    });

    await t.test("who is late is stood in for, for half of his penalty", async () => {
      const request = { operatorId: network.operatorId, maxGasPrice: 20n * GWEI };
      const requestId = await askFor(bench, request);
      await untilWhy(second, requestId, /assigned to another operator/);
      await pass(bench, PRIMARY_WINDOW);
      const { event } = await untilEvent(bench, "RequestFulfilled", requestId);
      assert.equal(event.args["operatorId"], second.operatorId);
      const late = await untilEvent(bench, "OperatorLate", requestId);
      assert.equal(late.event.args["operatorId"], network.operatorId);
      assert.ok((late.event.args["paid"] as bigint) > 0n);
    });

    await second.processes.kill("infer-worker");
    await second.processes.kill("prove-worker");
    // Assigned to the second, who can no longer work.
    const stuck = await askFor(bench, { operatorId: second.operatorId, maxGasPrice: 5n * GWEI });

    await t.test("gas that excuses lateness is noted on chain, once", async () => {
      await setBaseFee(bench, 60n * GWEI);
      const isNoted = async () => (await notedBaseFees(bench)).length > 0;
      await eventually(isNoted, { withinMs: 30_000, what: "a base fee is noted" });
      const before = await network.provider.getBlockNumber();
      const isLater = async () => (await network.provider.getBlockNumber()) >= before + 4;
      await eventually(isLater, { withinMs: 30_000, what: "four blocks" });
      const noted = await notedBaseFees(bench);
      assert.equal(noted.length, 1);
      assert.ok((noted[0] ?? 0n) > 5n * GWEI);
      const { transactions } = await reportOf(second, stuck);
      assert.deepEqual(
        transactions.map(({ purpose }) => purpose),
        ["noteBaseFee"],
      );
      await setBaseFee(bench, GWEI);
    });

    await t.test("what nobody answered is expired for a reward above its gas", async () => {
      await pass(bench, 3_600);
      const { event, transactionHash } = await untilEvent(bench, "RequestExpired", stuck);
      assert.equal(event.args["caller"], second.sender);
      const receipt = await network.provider.getTransactionReceipt(transactionHash);
      assert.ok(receipt !== null);
      const reward = event.args["reward"] as bigint;
      assert.ok(reward > receipt.gasUsed * receipt.gasPrice, `${reward}: ${receipt.fee}`);
    });

    await t.test("what a revoked verifier was to check is failed, with a full refund", async () => {
      const request = { operatorId: second.operatorId, maxGasPrice: 20n * GWEI };
      const requestId = await askFor(bench, request);
      const owner = account(bench, 0);
      const coordinator = new Contract(
        network.addresses.coordinator,
        inferenceCoordinatorAbi,
        owner,
      );
      const revoke = coordinator.getFunction("revokeVerifier");
      const revoked = (await revoke(1n)) as TransactionResponse;
      await revoked.wait();
      const { event, transactionHash } = await untilEvent(bench, "RequestFailed", requestId);
      assert.equal(event.args["verifierId"], 1n);
      const sent = await network.provider.getTransaction(transactionHash);
      assert.equal(sent?.from, second.sender);
    });
  });
});
