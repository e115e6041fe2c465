import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { NodeApi } from "../../../orchestrator/domain/nodeApi.ts";
import type { HandedWork } from "../../../orchestrator/domain/ports.ts";
import { nodeClient } from "../../../orchestrator/http/nodeClient.ts";
import { startNodeServer } from "../../../orchestrator/http/nodeServer.ts";
import { CachedStore } from "../../../orchestrator/storage/cachedStore.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";
import { cidOf } from "../../../sdk/protocol/cid.ts";
import { hex, temporaryFolder } from "../support/builders.ts";

const TOKEN = "token-of-a-worker";
const ARTEFACT = Uint8Array.of(1, 2, 3);
const CID = cidOf(ARTEFACT);
const work: HandedWork = {
  requestId: hex(1),
  manifestCid: CID,
  payee: 2n ** 63n,
  account: 2n ** 159n,
  input: Uint8Array.of(9, 8, 7),
};

async function serve(
  t: TestContext,
  change: Partial<NodeApi> = {},
  { port = 0, host = "127.0.0.1" } = {},
) {
  const api: NodeApi = {
    health: () => ({
      isHealthy: false,
      headBlock: 1,
      finalBlock: -1,
      requestsUnfinished: 0,
      rpc: [],
      queue: { isReady: true },
    }),
    metrics: () => "head_block_number 1\n",
    requestReport: () => null,
    work: (requestId) => (requestId === work.requestId ? work : null),
    manifestsToWarm: () => [CID],
    artefact: async (cid) => {
      if (cid === CID) return ARTEFACT;
      throw new OrchestratorError("ArtefactMissing");
    },
    ...change,
  };
  const server = await startNodeServer({
    api,
    host,
    port,
    workerNameByToken: new Map([[TOKEN, "gpu"]]),
    logger: silentLogger,
  });
  t.after(() => server.stop());
  return server;
}

describe("node server", () => {
  it("shows health with a status, metrics as text, and nothing else to strangers", async (t) => {
    const { url } = await serve(t);
    assert.equal((await fetch(`${url}/health`)).status, 503);
    assert.equal(await (await fetch(`${url}/metrics`)).text(), "head_block_number 1\n");
    assert.equal((await fetch(`${url}/v1/requests/${hex(5)}`)).status, 404);
    assert.equal((await fetch(`${url}/v1/work/${hex(1)}`)).status, 401);
    assert.equal((await fetch(`${url}/v1/releases`)).status, 401);
    assert.equal((await fetch(`${url}/v1/artefacts/${CID}`)).status, 401);
    assert.equal((await fetch(`${url}/v1/artefacts/..%2fjournal.db`)).status, 404);
    assert.equal((await fetch(`${url}/health`, { method: "POST" })).status, 405);
  });

  it("knows a request id however its digits are written", async (t) => {
    const asked: string[] = [];
    const { url } = await serve(t, {
      requestReport(requestId) {
        asked.push(requestId);
        return null;
      },
    });
    await fetch(`${url}/v1/requests/0x${"AB".repeat(32)}`);
    assert.deepEqual(asked, [`0x${"ab".repeat(32)}`]);
  });

  it("says nothing of what went wrong inside", async (t) => {
    const { url } = await serve(t, {
      metrics() {
        throw new Error("a secret");
      },
    });
    const response = await fetch(`${url}/metrics`);
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /secret/);
  });
});

describe("startNodeServer", () => {
  it("says that its port is taken", async (t) => {
    const port = Number(new URL((await serve(t)).url).port);
    await assert.rejects(serve(t, {}, { port }), { code: "PortTaken" });
  });

  it("says that its address is not of this machine", async (t) => {
    // Reserved for documentation: no machine has it.
    await assert.rejects(serve(t, {}, { host: "192.0.2.1" }), { code: "AddressUnusable" });
  });
});

describe("nodeClient", () => {
  it("fetches work and artefacts with the worker's token", async (t) => {
    const { url } = await serve(t);
    const client = nodeClient({ url, token: TOKEN });
    assert.deepEqual(await client.work(work.requestId), work);
    assert.deepEqual(await client.store.get(CID), ARTEFACT);
    assert.deepEqual(await client.manifestsToWarm(), [CID]);
  });

  it("names what went wrong, and whether it may pass", async (t) => {
    const server = await serve(t);
    const client = nodeClient({ url: server.url, token: TOKEN });
    await assert.rejects(client.work(hex(2)), { code: "WorkUnknown", retryable: false });
    const other = cidOf(Uint8Array.of(4));
    await assert.rejects(client.store.get(other), { code: "ArtefactMissing", retryable: true });
    const stranger = nodeClient({ url: server.url, token: "another-token-of-mine" });
    await assert.rejects(stranger.work(hex(1)), { code: "WorkRefused", retryable: true });
    await server.stop();
    await assert.rejects(client.work(hex(1)), { code: "NodeUnavailable", retryable: true });
  });

  it("takes no artefact whose bytes are not the addressed ones", async (t) => {
    const { url } = await serve(t, { artefact: async () => Uint8Array.of(6) });
    const { store } = nodeClient({ url, token: TOKEN });
    await assert.rejects(store.get(CID), { code: "ArtefactCorrupt" });
  });
});

describe("CachedStore", () => {
  it("fetches an artefact once and keeps it", async (t) => {
    let fetched = 0;
    const { url } = await serve(t, {
      artefact: async () => {
        fetched += 1;
        return ARTEFACT;
      },
    });
    const near = new LocalStore(temporaryFolder(t));
    const store = new CachedStore({ near, far: nodeClient({ url, token: TOKEN }).store });
    assert.deepEqual(await store.get(CID), ARTEFACT);
    assert.deepEqual(await store.get(CID), ARTEFACT);
    assert.equal(fetched, 1);
    assert.equal(await store.has(CID), true);
  });
});
