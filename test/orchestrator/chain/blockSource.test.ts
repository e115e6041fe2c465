import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { getBytes, hexlify, keccak256 } from "ethers";

import { rpcBlockSource } from "../../../orchestrator/chain/blockSource.ts";
import { bloomMayHold } from "../../../orchestrator/chain/bloom.ts";
import type { RpcCall } from "../../../orchestrator/chain/endpoint.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { Hex } from "../../../orchestrator/domain/ports.ts";
import { hex } from "../support/builders.ts";

const filter = { address: hex(0xc0, 20), topics: [hex(0x7a), hex(0x7b)] };

/** The filter as the yellow paper builds it. */
function bloomOf(...entries: readonly Hex[]): Hex {
  const bits = new Uint8Array(256);
  for (const entry of entries) {
    const hash = getBytes(keccak256(entry));
    for (const at of [0, 2, 4]) {
      const bit = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 2047;
      const byte = 255 - (bit >> 3);
      bits[byte] = (bits[byte] ?? 0) | (1 << (bit & 7));
    }
  }
  return hexlify(bits) as Hex;
}

const FULL = bloomOf(filter.address, hex(0x7b));

function header(logsBloom: Hex) {
  const [hash, parentHash] = [hex(0xb1), hex(0xb0)];
  return { number: 17, hash, parentHash, timestamp: 5, logsBloom, baseFeePerGas: 1n };
}

function log(change: object = {}) {
  return {
    address: filter.address,
    topics: [hex(0x7b)],
    data: "0x",
    blockNumber: "0x11",
    blockHash: hex(0xb1),
    transactionHash: hex(0x99),
    logIndex: "0x0",
    ...change,
  };
}

function sourceOf(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const call = async ({ method }: RpcCall) => {
    asked.push(method);
    const answer = answers[method];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, source: rpcBlockSource({ call }, filter) };
}

const receiptOf = (logs: readonly unknown[]) => ({
  transactionHash: hex(0x99),
  blockNumber: "0x11",
  blockHash: hex(0xb1),
  status: "0x1",
  gasUsed: "0x5",
  logs,
});

describe("bloomMayHold", () => {
  it("is certain about what is not there", () => {
    assert.equal(bloomMayHold(FULL, filter), true);
    assert.equal(bloomMayHold(bloomOf(filter.address), filter), false);
    assert.equal(bloomMayHold(bloomOf(hex(0x7b)), filter), false);
    assert.equal(bloomMayHold(bloomOf(), filter), false);
  });
});

describe("rpcBlockSource.logsOf", () => {
  it("asks for no logs where the bloom excludes them", async () => {
    const { source, asked } = sourceOf({});
    assert.deepEqual(await source.logsOf(header(bloomOf())), []);
    assert.deepEqual(asked, []);
  });

  it("returns the logs in their order", async () => {
    const logs = [log({ logIndex: "0x2" }), log({ logIndex: "0x1" })];
    const { source } = sourceOf({ eth_getLogs: logs });
    const found = await source.logsOf(header(FULL));
    assert.deepEqual(
      found.map(({ logIndex }) => logIndex),
      [1, 2],
    );
  });

  it("asks the receipts when the index has nothing that the bloom promised", async () => {
    const others = [log({ address: hex(0xee, 20) }), log({ topics: [hex(0x7c)] })];
    const receipts = [receiptOf([...others, log({ logIndex: "0x3" })])];
    const { source } = sourceOf({ eth_getLogs: [], eth_getBlockReceipts: receipts });
    const found = await source.logsOf(header(FULL));
    assert.deepEqual(
      found.map(({ logIndex }) => logIndex),
      [3],
    );
  });

  it("takes a bloom that promised too much for a coincidence", async () => {
    const { source } = sourceOf({ eth_getLogs: [], eth_getBlockReceipts: [receiptOf([])] });
    assert.deepEqual(await source.logsOf(header(FULL)), []);
  });

  it("refuses logs of another block and a block without receipts", async () => {
    const stranger = sourceOf({ eth_getLogs: [log({ blockHash: hex(0xb2) })] });
    await assert.rejects(stranger.source.logsOf(header(FULL)), { code: "RpcInconsistent" });
    const gone = sourceOf({ eth_getLogs: [], eth_getBlockReceipts: null });
    await assert.rejects(gone.source.logsOf(header(FULL)), { code: "RpcInconsistent" });
  });
});

describe("rpcBlockSource.finalNumber", () => {
  it("is -1 where the RPC knows no finalised block", async () => {
    const unknown = sourceOf({ eth_getBlockByNumber: new OrchestratorError("RpcRefused") });
    assert.equal(await unknown.source.finalNumber(), -1);
    assert.equal(await sourceOf({ eth_getBlockByNumber: null }).source.finalNumber(), -1);
    const outage = sourceOf({ eth_getBlockByNumber: new OrchestratorError("RpcUnavailable") });
    await assert.rejects(outage.source.finalNumber(), { code: "RpcUnavailable" });
  });
});
