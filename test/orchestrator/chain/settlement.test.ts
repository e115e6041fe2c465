import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { id, Transaction, Wallet } from "ethers";

import type { RpcCall } from "../../../orchestrator/chain/endpoint.ts";
import { rpcSettlement } from "../../../orchestrator/chain/settlement.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";
import { hex } from "../support/builders.ts";

const KEY = `0x${"11".repeat(32)}`;
const FEES = { maxFeePerGas: 9n, maxPriorityFeePerGas: 2n };
const CALL = { to: hex(0xc0, 20), data: "0x1234", value: 0n, gasLimit: 77_000n } as const;

function settlementOf(results: readonly unknown[]) {
  const asked: RpcCall[] = [];
  const settled = results.map((each) =>
    each instanceof Error
      ? ({ status: "rejected", reason: each } as const)
      : ({ status: "fulfilled", value: each } as const),
  );
  const pool = {
    call: async (call: RpcCall) => {
      asked.push(call);
      const [first] = results;
      if (first instanceof Error) throw first;
      return first;
    },
    callAll: async (call: RpcCall) => {
      asked.push(call);
      if (settled.length === 0) throw new OrchestratorError("RpcUnavailable");
      return settled;
    },
  };
  const isCoin = async () => true;
  const registry = { operatorRegistry: hex(0x0e, 20) };
  const place = { ...registry, coordinator: hex(0xc0, 20), chainId: 31_337, privateKey: KEY };
  return { asked, settlement: rpcSettlement({ pool, ...place, isCoin, logger: silentLogger }) };
}

const refused = (rpcMessage: string) =>
  new OrchestratorError("RpcRefused", { data: { rpcMessage } });

describe("rpcSettlement", () => {
  it("signs an EIP-1559 transaction for its chain and knows its hash beforehand", async () => {
    const { settlement } = settlementOf([]);
    const { raw, hash } = await settlement.sign(CALL, 5, FEES);
    const parsed = Transaction.from(raw);
    assert.equal(parsed.hash, hash);
    assert.equal(parsed.from, new Wallet(KEY).address);
    assert.equal(settlement.sender, new Wallet(KEY).address.toLowerCase());
    assert.equal(parsed.chainId, 31_337n);
    assert.equal(parsed.nonce, 5);
    assert.equal(parsed.maxFeePerGas, 9n);
    assert.equal(parsed.gasLimit, 77_000n);
  });

  it("calls the contract each purpose is for, and leaves expire room for its reward", async () => {
    const log = { purpose: "noteBaseFee" } as const;
    const noted = await settlementOf(["0x2710"]).settlement.prepare(log);
    assert.equal(noted.to, hex(0x0e, 20));
    assert.equal(noted.gasLimit, 21_250n);
    const request = { requestId: hex(1), preimage: hex(0, 29 * 32) };
    const { settlement, asked } = settlementOf(["0x2710"]);
    const expired = await settlement.prepare({ purpose: "expire", request });
    assert.equal(expired.to, hex(0xc0, 20));
    assert.equal(expired.gasLimit, 55_000n);
    assert.equal(asked[0]?.method, "eth_estimateGas");
  });

  it("brings a challenge's bond along, in coins, and leaves a batch room for its rewards", async () => {
    const request = { requestId: hex(1), preimage: hex(0, 29 * 32) };
    const standing = { request, record: hex(0, 6 * 32) };
    const { settlement, asked } = settlementOf(["0x2710"]);
    const { value } = await settlement.prepare({ purpose: "challenge", ...standing });
    assert.equal(value, 10_000n);
    const [view, estimate] = asked;
    const selector = id("challengeBondOf(bytes32)").slice(0, 10);
    const data = `${selector}${"00".repeat(32)}`;
    assert.deepEqual(view?.params, [{ to: hex(0xc0, 20), data }, "latest"]);
    const [call] = estimate?.params ?? [];
    assert.deepEqual((call as { readonly value?: string }).value, "0x2710");
    const item = { ...standing, output: Uint8Array.of(1), callbackGas: 9 };
    const batch = await settlement.prepare({ purpose: "finalizeMany", items: [item, item] });
    // 70,000, an eighth more, and 10,000.
    assert.equal(batch.gasLimit, 88_750n);
    assert.equal(batch.value, 0n);
  });

  it("tells what became of a broadcast, and 'unknown' when nobody knows", async () => {
    const results = new Map<readonly unknown[], string>([
      [["0xhash"], "accepted"],
      [[refused("already known")], "accepted"],
      [[refused("transaction already imported")], "accepted"],
      [[refused("nonce too low: next nonce 4")], "nonce used"],
      [[refused("replacement transaction underpriced")], "underpriced"],
      [[refused("insufficient funds for gas * price + value")], "unfunded"],
      [[refused("something new")], "unknown"],
      [[new OrchestratorError("RpcUnavailable")], "unknown"],
      [[], "unknown"],
      [[refused("nonce too low"), "0xhash"], "accepted"],
    ]);
    for (const [answers, expected] of results) {
      const { settlement } = settlementOf(answers);
      assert.equal(await settlement.broadcast("0x12"), expected);
    }
  });

  it("reads receipts, also of transactions that are not mined", async () => {
    const answer = {
      transactionHash: hex(1),
      blockNumber: "0x11",
      blockHash: hex(2),
      status: "0x0",
      gasUsed: "0x5208",
      logs: [],
    };
    const block = { number: 17, hash: hex(2) };
    const receipt = { hash: hex(1), block, succeeded: false, gasUsed: 21_000n };
    assert.deepEqual(await settlementOf([answer]).settlement.receipt(hex(1)), receipt);
    assert.equal(await settlementOf([null]).settlement.receipt(hex(1)), null);
    assert.equal(await settlementOf([null]).settlement.isKnown(hex(1)), false);
    assert.equal(await settlementOf([{ hash: hex(1) }]).settlement.isKnown(hex(1)), true);
  });
});
