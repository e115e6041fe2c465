import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";

import type { LocalNetwork } from "./localNetwork.ts";

/** Configuration of one operator's processes on a local network, all below one folder. */
export interface OperatorEnvironment {
  readonly nodeUrl: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Takes free ports of the loopback interface and a token nobody knows. */
export async function operatorEnvironment(parameters: {
  readonly rpcUrl: string;
  readonly network: LocalNetwork;
  /** Journal, artefacts and caches go below. */
  readonly folder: string;
}): Promise<OperatorEnvironment> {
  const { rpcUrl, network, folder } = parameters;
  const [httpPort, queuePort] = await Promise.all([freePort(), freePort()]);
  const token = randomBytes(24).toString("hex");
  const nodeUrl = `http://127.0.0.1:${httpPort}`;
  const variables = {
    ASSAY_RPC_URLS: rpcUrl,
    ASSAY_CHAIN_ID: network.chainId.toString(),
    ASSAY_COORDINATOR: network.addresses.coordinator,
    ASSAY_MODEL_REGISTRY: network.addresses.modelRegistry,
    ASSAY_OPERATOR_REGISTRY: network.addresses.operatorRegistry,
    ASSAY_START_BLOCK: network.startBlock.toString(),
    ASSAY_OPERATOR_ID: network.operatorId.toString(),
    ASSAY_SENDER_KEY: network.senderKey,
    // Nobody re-organises this chain.
    ASSAY_SETTLE_DEPTH: "0",
    ASSAY_DONE_DEPTH: "1",
    ASSAY_POLL_MS: "100",
    ASSAY_DATA_DIR: join(folder, "node"),
    ASSAY_STORE_DIR: join(folder, "store"),
    ASSAY_CACHE_DIR: join(folder, "cache"),
    ASSAY_HTTP_PORT: httpPort.toString(),
    ASSAY_QUEUE_PORT: queuePort.toString(),
    ASSAY_NODE_URL: nodeUrl,
    ASSAY_WORKER_TOKENS: `local=${token}`,
    ASSAY_WORKER_TOKEN: token,
    // An empty variable counts as one that is not set: the queue is the embedded one.
    REDIS_URL: "",
  };
  return { nodeUrl, variables };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
