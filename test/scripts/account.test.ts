import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "node:test";

import { openDeployment } from "../../scripts/account/deployment.ts";
import { findEvents, topicOf } from "../../scripts/account/logs.ts";
import { findRequest } from "../../scripts/account/requestRecord.ts";
import { fieldsOf, transact } from "../../scripts/account/transact.ts";
import { enrolOperator } from "../../scripts/deploy/enrolOperator.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { termsOf } from "../../sdk/protocol/terms.ts";
import { ETHER, INPUT, startDeployedChain } from "../cli/support/deployedChain.ts";
import type { DeployedChain, TestAccount } from "../cli/support/deployedChain.ts";

const MOST_BLOCKS = 4;

describe("an account on a deployment", { timeout: 60_000 }, () => {
  let chain: DeployedChain;
  let account: TestAccount;
  before(async () => {
    chain = await startDeployedChain();
    account = await chain.fund();
  });
  after(() => chain.stop());

  it("finds events behind an endpoint that refuses large ranges, oldest first", async () => {
    const { operatorRegistry: own } = await chain.meet(account);
    const id = fieldsOf(
      await transact(own, { method: "registerOperator", values: [] }),
      "OperatorRegistered",
    );
    for (const amount of [3n, 1n, 2n]) {
      const call = { method: "addBond", values: [id["operatorId"], amount], value: amount };
      await transact(own, call);
    }
    const { server, ranges, rpcUrl } = await startRefusing(chain.rpcUrl);
    try {
      const at = { rpcUrl, ...chain.addresses, startBlock: 0 };
      const deployment = await openDeployment(at, null);
      const { operatorRegistry } = deployment;
      const query = { topics: [topicOf(operatorRegistry, "BondAdded")], fromBlock: 0 };
      const events = await findEvents(operatorRegistry, query);
      deployment.close();
      assert.deepEqual(
        events.map(({ fields }) => fields["amount"] as bigint),
        [3n, 1n, 2n],
      );
      assert.ok(
        ranges.some((range) => range > MOST_BLOCKS),
        "no range was too large",
      );
    } finally {
      server.close();
    }
  });

  it("names a transaction that another of the account replaced", async () => {
    const one = await chain.fund();
    const { coordinator, provider } = await chain.meet(one);
    await provider.send("evm_setAutomine", [false]);
    await provider.send("evm_setIntervalMining", [0]);
    try {
      const call = { method: "deposit", values: [one.address, 7n], value: 7n };
      const sending = transact(coordinator, call).then(String, String);
      while ((await provider.getTransactionCount(one.address, "pending")) === 0) await delay(20);
      await one.wallet.sendTransaction({
        to: one.address,
        nonce: 0,
        gasLimit: 200_000n,
        maxFeePerGas: 10n ** 11n,
        maxPriorityFeePerGas: 5n * 10n ** 10n,
      });
      await provider.send("evm_mine", []);
      assert.match(await sending, /was replaced by another of the same account/);
    } finally {
      await provider.send("evm_setIntervalMining", [1]);
      await provider.send("evm_setAutomine", [true]);
    }
  });

  it("believes no request whose content has another id", async () => {
    const operator = await chain.fund();
    const { addresses, releaseId } = chain;
    await enrolOperator({
      signer: operator.wallet,
      addresses,
      bond: ETHER,
      senders: [],
      prices: { computePrice: 1n, proofPrice: 1n, bytePrice: 1n },
      releaseIds: [releaseId],
    });
    const deployment = await chain.meet(account);
    const now = (await deployment.provider.getBlock("latest"))?.timestamp ?? 0;
    const terms = termsOf({ maxFee: ETHER, deadline: BigInt(now) + 3_600n });
    const call = {
      method: "requestInference",
      values: [releaseId, 2n, INPUT, terms],
      value: ETHER,
    };
    const asked = fieldsOf(await transact(deployment.coordinator, call), "InferenceRequested");
    const requestId = asked["requestId"] as Hex;
    assert.equal((await findRequest(deployment, requestId)).requester, account.address);
    const elsewhere = { ...deployment, chainId: 1n };
    await assert.rejects(findRequest(elsewhere, requestId), { code: "RequestUnknown" });
  });
});

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: readonly [{ readonly fromBlock: string; readonly toBlock: string }];
}

/** An endpoint of the same chain whose provider sells logs by the block. */
async function startRefusing(rpcUrl: string): Promise<{
  readonly server: Server;
  readonly ranges: readonly number[];
  readonly rpcUrl: string;
}> {
  const ranges: number[] = [];
  const answerOne = async (asked: Asked): Promise<unknown> => {
    if (asked.method === "eth_getLogs") {
      const [{ fromBlock, toBlock }] = asked.params;
      const range = Number(toBlock) - Number(fromBlock) + 1;
      ranges.push(range);
      const error = { code: -32_005, message: "query exceeds the most blocks" };
      if (range > MOST_BLOCKS) return { jsonrpc: "2.0", id: asked.id, error };
    }
    const headers = { "content-type": "application/json" };
    return (await fetch(rpcUrl, { method: "POST", headers, body: JSON.stringify(asked) })).json();
  };
  const server = createServer((request, response) => {
    void (async () => {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Asked | Asked[];
      const answers = await Promise.all([body].flat().map(answerOne));
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
    })();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { server, ranges, rpcUrl: `http://127.0.0.1:${port}` };
}
