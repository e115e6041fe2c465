import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { RpcCall } from "../../../orchestrator/chain/endpoint.ts";
import { rpcGasPrices } from "../../../orchestrator/chain/gasPrices.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { hex } from "../support/builders.ts";

const HEADER = {
  number: "0x11",
  hash: hex(2),
  parentHash: hex(1),
  timestamp: "0x5",
  logsBloom: hex(0),
  baseFeePerGas: "0x64",
};

function poolOf(answers: Readonly<Record<string, unknown>>) {
  return {
    async call({ method }: RpcCall) {
      if (method in answers) return answers[method];
      throw new OrchestratorError("RpcRefused", { data: { rpcMessage: "no such method" } });
    },
  };
}

const block = { eth_getBlockByNumber: HEADER };

describe("rpcGasPrices", () => {
  it("is the newest base fee and the tip the endpoint suggests", async () => {
    const pool = poolOf({ ...block, eth_maxPriorityFeePerGas: "0x7" });
    assert.deepEqual(await rpcGasPrices(pool), { baseFee: 100n, tip: 7n });
  });

  it("takes the median of recent blocks where the endpoint suggests none", async () => {
    const reward = [["0x0"], ["0x9"], ["0x3"], ["0x5"], []];
    const pool = poolOf({ ...block, eth_feeHistory: { oldestBlock: "0x1", reward } });
    assert.deepEqual(await rpcGasPrices(pool), { baseFee: 100n, tip: 5n });
  });

  it("names none where nobody knows, and hides no absent endpoint", async () => {
    assert.deepEqual(await rpcGasPrices(poolOf(block)), { baseFee: 100n, tip: null });
    const empty = poolOf({ ...block, eth_feeHistory: { reward: null } });
    assert.deepEqual(await rpcGasPrices(empty), { baseFee: 100n, tip: null });
    const call = () => Promise.reject(new OrchestratorError("RpcUnavailable"));
    await assert.rejects(rpcGasPrices({ call }), { code: "RpcUnavailable" });
  });
});
