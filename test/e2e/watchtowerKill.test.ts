import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { Interface } from "ethers";

import type { RequestReport } from "../../orchestrator/domain/nodeApi.ts";
import { DEVELOPMENT_PROFILE } from "../../scripts/deploy/deploy.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { overturnCommitment } from "../../sdk/protocol/overturn.ts";
import { eventually } from "../orchestrator/support/ports.ts";
import { rpc, setUpBench, type Bench } from "./support/bench.ts";
import { callbackFeeOf, enrolLiar, watchtower, type Watchtower } from "./support/disputes.ts";
import { untilEvent } from "./support/marketRequests.ts";
import {
  askOptimistic,
  balanceOf,
  deployConsumer,
  statusOf,
  type OptimisticRequest,
} from "./support/optimisticRequests.ts";
import { untilWhy } from "./support/requests.ts";

const PROFILE = { ...DEVELOPMENT_PROFILE, challengeWindowSeconds: 600n, proofSeconds: 900n };
const coordinator = new Interface(inferenceCoordinatorAbi);

interface Scene {
  readonly bench: Bench;
  readonly tower: Watchtower;
  readonly lied: OptimisticRequest;
}

/** A lie under its window that the watchtower knows for one and cannot prove yet; no block comes any more. */
async function setUpLie(t: TestContext): Promise<Scene> {
  const bench = await setUpBench(t, { levels: ["Optimistic"], profile: PROFILE });
  const consumer = await deployConsumer(bench);
  // What waits for a block is never replaced, however slow the machine.
  const tower = await watchtower(bench, { ASSAY_BUMP_SECONDS: "600" });
  const liar = await enrolLiar(bench);
  tower.processes.start("watch");
  tower.processes.start("infer-worker");
  const { operatorId } = liar;
  const when = { delivery: "WhenFinal" } as const;
  const lied = await askOptimistic(bench, consumer, { index: 0, operatorId, ...when });
  await liar.answer(lied, new Uint8Array(Number(lied.outputLength)).fill(7));
  const scene = { bench, tower, lied };
  await untilSaid(scene, /standing answer is wrong; the right output waits for a prove worker/);
  await rpc(bench.chain, "evm_setIntervalMining", [0]);
  return scene;
}

/** Waits for the watchtower to answer, and to say this. */
const untilSaid = ({ tower, lied }: Scene, why: RegExp): Promise<RequestReport> =>
  untilWhy(tower, lied.requestId, why);

/** As `untilSaid`, for a transaction that is signed and not mined. */
function untilSent(scene: Scene, purposes: readonly string[]): Promise<RequestReport> {
  return eventually(
    async () => {
      const report = await untilSaid(scene, /A transaction about the request is sent/);
      const last = report.transactions.at(-1);
      const isSent = report.transactions.length === purposes.length && last?.minedInBlock === null;
      if (!isSent || (await pendingHash(scene)) === null) return null;
      assert.deepEqual(purposesOf(report), purposes);
      return report;
    },
    { withinMs: 30_000, what: `${purposes.at(-1)} is in the pool` },
  );
}

async function pendingHash({ bench, tower }: Scene): Promise<string | null> {
  const block = await rpc(bench.chain, "eth_getBlockByNumber", ["pending", true]);
  const { transactions } = block as {
    readonly transactions: readonly { readonly hash: string; readonly from: string }[];
  };
  const own = transactions.filter(({ from }) => from === tower.address.toLowerCase());
  assert.ok(own.length <= 1, "one transaction at a time");
  return own[0]?.hash ?? null;
}

const purposesOf = ({ transactions }: RequestReport) => transactions.map(({ purpose }) => purpose);

async function restart({ tower }: Scene): Promise<void> {
  await tower.processes.kill("watch");
  tower.processes.start("watch");
}

async function mine({ bench }: Scene): Promise<void> {
  await rpc(bench.chain, "anvil_mine", ["0x1"]);
}

/** All logs of one event of the coordinator. */
async function logsOf({ bench }: Scene, name: string) {
  const { provider, addresses } = bench.network;
  const topics = [coordinator.getEvent(name)?.topicHash ?? ""];
  const place = { address: addresses.coordinator, fromBlock: 0, toBlock: "latest" };
  return provider.getLogs({ ...place, topics });
}

describe("a watchtower that is killed", { timeout: 300_000 }, () => {
  it("on its way to an overturn goes on where it was, and overturns once", async (t) => {
    const scene = await setUpLie(t);
    const { bench, tower, lied } = scene;
    const { provider } = bench.network;

    await t.test("after it sent the commitment", async () => {
      tower.processes.start("prove-worker");
      await untilSent(scene, ["commitOverturn"]);
      await restart(scene);
      await untilSent(scene, ["commitOverturn"]);
    });

    await t.test("between the commitment and the overturn", async () => {
      await mine(scene);
      await untilSaid(scene, /overturn is committed to/);
      assert.equal((await logsOf(scene, "OverturnCommitted")).length, 1);
      await restart(scene);
      const report = await untilSaid(scene, /overturn is committed to/);
      assert.deepEqual(purposesOf(report), ["commitOverturn"]);
    });

    await t.test("after it sent the overturn", async () => {
      await mine(scene);
      await untilSent(scene, ["commitOverturn", "overturn"]);
      const sent = await pendingHash(scene);
      await restart(scene);
      await untilSent(scene, ["commitOverturn", "overturn"]);
      assert.equal(await pendingHash(scene), sent);
      await rpc(bench.chain, "evm_setIntervalMining", [1]);
      const { transactionHash } = await untilEvent(bench, "RequestOverturned", lied.requestId);
      assert.equal(transactionHash, sent);
    });

    await t.test("after the overturn was mined", async () => {
      await restart(scene);
      const report = await untilSaid(scene, /Overturned/);
      assert.deepEqual(purposesOf(report), ["commitOverturn", "overturn"]);
    });

    assert.equal(await statusOf(bench, lied.requestId), "Overturned");
    const { event, transactionHash } = await untilEvent(bench, "RequestOverturned", lied.requestId);
    await t.test("it opened the one commitment it made", async () => {
      const [committed, ...others] = await logsOf(scene, "OverturnCommitted");
      assert.deepEqual(others, []);
      const sent = await provider.getTransaction(transactionHash);
      const { salt } = coordinator.decodeFunctionData("overturn", sent?.data ?? "0x");
      const output = Uint8Array.from(Buffer.from(String(event.args["output"]).slice(2), "hex"));
      const commitment = overturnCommitment({
        requestId: lied.requestId,
        output,
        challenger: `0x${tower.address.slice(2)}`,
        salt: salt as `0x${string}`,
      });
      assert.equal(committed?.topics[1], commitment);
    });

    await t.test("it sent two transactions, and is paid once", async () => {
      assert.equal(await provider.getTransactionCount(tower.address), 2);
      assert.equal((await logsOf(scene, "RequestOverturned")).length, 1);
      assert.equal(event.args["challenger"], tower.address);
      assert.ok((event.args["reward"] as bigint) > lied.bond / 5n);
      const callbackFee = await callbackFeeOf(bench, lied.requestId);
      const earned = (event.args["reward"] as bigint) + callbackFee;
      assert.equal(await balanceOf(bench, tower.address), earned);
    });
  });
});
