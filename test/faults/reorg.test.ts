import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Transaction, type TransactionReceipt } from "ethers";

import { rpc, setUpBench, type Bench } from "../e2e/support/bench.ts";
import { challenge } from "../e2e/support/disputes.ts";
import { untilEvent } from "../e2e/support/marketRequests.ts";
import { askOptimistic, deployConsumer } from "../e2e/support/optimisticRequests.ts";
import {
  askOne,
  fulfilments,
  readingOf,
  reportOf,
  untilSettled,
  untilWhy,
} from "../e2e/support/requests.ts";
import { eventually } from "../orchestrator/support/ports.ts";

/** Replaces the blocks from this one to the head by empty ones. */
async function reorgFrom({ chain, network }: Bench, block: number): Promise<void> {
  const head = await network.provider.getBlockNumber();
  await rpc(chain, "anvil_reorg", [head - block + 1, []]);
}

/** Settled on the chain, and the node has seen it. */
async function untilSeenSettled(bench: Bench, requestId: `0x${string}`): Promise<void> {
  await untilSettled(bench, requestId);
  const isSeen = async () => (await reportOf(bench, requestId)).endedAs;
  await eventually(isSeen, { withinMs: 20_000, what: "the node saw the settlement" });
}

async function receiptOf({ network }: Bench, transactionHash: string): Promise<TransactionReceipt> {
  const receipt = await network.provider.getTransactionReceipt(transactionHash);
  if (receipt === null) throw new Error(`${transactionHash} is not mined`);
  return receipt;
}

describe("a re-org", { timeout: 240_000 }, () => {
  it("that takes the settlement away is answered with the same bytes", async (t) => {
    const bench = await setUpBench(t);
    bench.processes.startAll();
    const { requestId } = await askOne(bench, 0);
    await untilSeenSettled(bench, requestId);
    const [first] = await fulfilments(bench, requestId);
    assert.ok(first !== undefined);

    const before = await receiptOf(bench, first);
    await reorgFrom(bench, before.blockNumber);
    await untilSettled(bench, requestId);

    assert.deepEqual(await fulfilments(bench, requestId), [first]);
    assert.notEqual((await receiptOf(bench, first)).blockHash, before.blockHash);
    assert.equal(await readingOf(bench, requestId), bench.labels[0]);
    assert.match(bench.processes.log("node"), /chain re-organised/);
  });

  it("that takes the request away, too, keeps the work and settles the moved request", async (t) => {
    const bench = await setUpBench(t);
    const { network, processes } = bench;
    processes.startAll();
    const { requestId } = await askOne(bench, 0);
    await untilSeenSettled(bench, requestId);
    const { seenInBlock } = await reportOf(bench, requestId);
    assert.ok(seenInBlock !== null);
    const block = await network.provider.getBlock(seenInBlock, true);
    const asking = block?.prefetchedTransactions.find((each) => each.from === network.user.address);
    assert.ok(asking !== undefined);

    await reorgFrom(bench, seenInBlock);
    const { seenInBlock: now } = await untilWhy(bench, requestId, /re-org/);
    assert.equal(now, null);
    await rpc(bench.chain, "eth_sendRawTransaction", [Transaction.from(asking).serialized]);
    await untilSettled(bench, requestId);

    assert.equal((await fulfilments(bench, requestId)).length, 1);
    assert.equal(await readingOf(bench, requestId), bench.labels[0]);
    const proofs = processes.log("prove-worker").match(/"event":"proven"/g);
    assert.equal(proofs?.length, 1, "the proof is not made again");
    const reverted = (await reportOf(bench, requestId)).transactions.length;
    assert.equal(reverted, 1, "no transaction is wasted on the old terms");
  });

  it("that takes an optimistic answer and its challenge away is answered, and proven, again", async (t) => {
    const levels = ["Optimistic"] as const;
    const bench = await setUpBench(t, { levels });
    const { network, processes } = bench;
    const consumer = await deployConsumer(bench);
    processes.start("node");
    processes.start("infer-worker");
    const asked = await askOptimistic(bench, consumer, { index: 0, delivery: "WhenFinal" });
    const { requestId } = asked;
    const first = await untilEvent(bench, "RequestAnswered", requestId);
    await challenge(bench, asked, 7);
    const isChallenged = async () => (await reportOf(bench, requestId)).answer?.isChallenged;
    const seen = { withinMs: 20_000, what: "the node saw the challenge" };
    await eventually(async () => (await isChallenged()) === true, seen);

    await reorgFrom(bench, (await receiptOf(bench, first.transactionHash)).blockNumber);
    const again = await untilEvent(bench, "RequestAnswered", requestId);
    assert.equal(again.transactionHash, first.transactionHash, "the same bytes");
    const isAlone = { withinMs: 20_000, what: "the node saw that nobody asks for a proof" };
    await eventually(async () => (await isChallenged()) === false, isAlone);

    await challenge(bench, asked, 8);
    processes.start("prove-worker");
    const { event } = await untilEvent(bench, "RequestFinalized", requestId);
    assert.equal(event.args["operatorId"], network.operatorId);
    assert.equal(event.args["level"], 2n);
  });
});
