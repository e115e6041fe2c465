import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Redis } from "ioredis";

import { startEmbeddedServer } from "../../orchestrator/queue/embeddedServer.ts";
import { rpc, setUpBench } from "../e2e/support/bench.ts";
import {
  askOne,
  assertSettledOnce,
  fulfilments,
  untilReport,
  untilSettled,
  untilWhy,
} from "../e2e/support/requests.ts";
import { eventually, freePort } from "../orchestrator/support/ports.ts";
import { FlakyProxy } from "./flakyProxy.ts";

const soon = { withinMs: 30_000 };

describe("Redis", { timeout: 240_000 }, () => {
  it("may be absent at start: requests are journaled, and settled once it comes", async (t) => {
    const redisPort = await freePort();
    const environment = { REDIS_URL: `redis://127.0.0.1:${redisPort}` };
    const bench = await setUpBench(t, { environment });
    bench.processes.startAll();
    const { requestId } = await askOne(bench, 0);
    await untilReport(bench, requestId, {
      isMeant: ({ heldUpBy }) => /Redis does not answer/.test(heldUpBy ?? ""),
      what: "the node says what it waits for",
    });
    assert.equal((await fetch(`${bench.nodeUrl}/health`)).status, 503);

    const redis = await startEmbeddedServer(redisPort);
    bench.cleanup.add(() => redis.stop());
    await untilSettled(bench, requestId);
    await assertSettledOnce(bench, [{ requestId, index: 0 }]);
  });

  it("may be wiped in the middle of requests", async (t) => {
    const bench = await setUpBench(t);
    bench.processes.startAll();
    const requests: { requestId: `0x${string}`; index: number }[] = [];
    const isUp = async () => (await fetch(`${bench.nodeUrl}/health`).catch(() => null))?.ok;
    await eventually(isUp, { ...soon, what: "the node is up" });
    const admin = new Redis(bench.queuePort, "127.0.0.1");
    bench.cleanup.add(() => {
      admin.disconnect();
    });
    for (const index of [0, 1, 2]) {
      const { requestId } = await askOne(bench, index);
      requests.push({ requestId, index });
      const isWorked = () => bench.processes.log("prove-worker").includes(requestId);
      await eventually(isWorked, { ...soon, what: "the request is being proven" });
      await admin.flushall();
      await untilSettled(bench, requestId);
    }
    await assertSettledOnce(bench, requests);
  });
});

describe("RPC", { timeout: 240_000 }, () => {
  it("may be absent at start and go away in the middle of a request", async (t) => {
    const proxyPort = await freePort();
    const environment = { ASSAY_RPC_URLS: `http://127.0.0.1:${proxyPort}` };
    const bench = await setUpBench(t, { environment });
    const targetPort = Number(new URL(bench.chain.rpcUrl).port);
    const proxy = new FlakyProxy({ port: proxyPort, targetPort });
    bench.cleanup.add(() => proxy.cut());
    const { processes } = bench;
    processes.startAll();

    const says = () => processes.log("node").includes("rpc endpoint does not answer");
    await eventually(says, { ...soon, what: "the node says that no RPC answers" });
    const health = await fetch(`${bench.nodeUrl}/health`);
    assert.equal(health.status, 503);
    assert.match(await health.text(), /ECONNREFUSED/);

    await proxy.mend();
    const first = await askOne(bench, 0);
    await untilSettled(bench, first.requestId);

    const second = await askOne(bench, 1);
    const isSeen = () => processes.log("node").includes(second.requestId);
    await eventually(isSeen, { ...soon, what: "the request is journaled" });
    await proxy.cut();
    await untilReport(bench, second.requestId, {
      isMeant: ({ proveSeconds }) => proveSeconds !== null,
      what: "the request is proven without an RPC",
    });
    await untilReport(bench, second.requestId, {
      isMeant: ({ heldUpBy }) => /No RPC endpoint answers/.test(heldUpBy ?? ""),
      what: "the node says that no RPC answers",
    });
    await proxy.mend();
    await untilSettled(bench, second.requestId);
    const requests = [first, second].map(({ requestId }, index) => ({ requestId, index }));
    await assertSettledOnce(bench, requests);
    assert.equal((await fulfilments(bench, first.requestId)).length, 1);
  });

  it("has three hundred blocks of news for a node that comes late", async (t) => {
    const bench = await setUpBench(t);
    const { requestId } = await askOne(bench, 0);
    await rpc(bench.chain, "anvil_mine", ["0x12c", "0x1"]);
    bench.processes.startAll();
    await untilSettled(bench, requestId);
    await assertSettledOnce(bench, [{ requestId, index: 0 }]);
    assert.match(bench.processes.log("node"), /caught up with final blocks/);
    await untilWhy(bench, requestId, /not final yet/);
  });

  it("of another chain, or without the contracts, ends the node with a sentence", async (t) => {
    const bench = await setUpBench(t, { environment: { ASSAY_CHAIN_ID: "5" } });
    bench.processes.start("node");
    const says = () => bench.processes.log("node").includes("ChainMismatch: ");
    await eventually(says, { ...soon, what: "the node says that the chain is another one" });
    assert.doesNotMatch(bench.processes.log("node"), /\n\s+at /);
  });
});
