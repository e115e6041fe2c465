import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";

import { AbiCoder, Interface, keccak256 } from "ethers";

import { httpEndpoint, type RpcCall } from "../../../orchestrator/chain/endpoint.ts";
import { endpointCheck } from "../../../orchestrator/chain/endpointCheck.ts";
import { requireSender, rpcReleaseRegistry } from "../../../orchestrator/chain/registries.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { hex } from "../support/builders.ts";
import { operatorRegistryAbi } from "../../../sdk/protocol/abi/operatorRegistry.ts";
import { digestOfCid } from "../../../sdk/protocol/cid.ts";

const CALL = { method: "eth_chainId", params: [] };

async function serve(t: TestContext, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => {
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3/secret-key`;
}

describe("httpEndpoint", () => {
  it("returns results and tells errors in answers from missing answers", async (t) => {
    const result = await serve(t, (response) => response.end('{"id":1,"result":"0x7a69"}'));
    assert.equal(await httpEndpoint(result, 1_000).call(CALL), "0x7a69");

    const body = '{"id":1,"error":{"code":3,"message":"reverted","data":"0x12"}}';
    const error = httpEndpoint(await serve(t, (response) => response.end(body)), 1_000).call(CALL);
    await assert.rejects(error, (thrown: OrchestratorError) => {
      assert.equal(thrown.code, "RpcRefused");
      assert.equal(thrown.data["rpcCode"], 3);
      assert.equal(thrown.data["rpcData"], "0x12");
      return true;
    });
  });

  it("takes anything that is no JSON-RPC answer for an outage", async (t) => {
    for (const body of ["<html>busy</html>", "{}5", "[]"]) {
      const url = await serve(t, (response) => response.end(body));
      const unavailable = { code: "RpcUnavailable", retryable: true };
      await assert.rejects(httpEndpoint(url, 1_000).call(CALL), unavailable);
    }
  });

  it("waits only so long", async (t) => {
    const url = await serve(t, () => undefined);
    await assert.rejects(httpEndpoint(url, 50).call(CALL), { code: "RpcUnavailable" });
  });

  it("keeps the key in its url to itself", async (t) => {
    const url = await serve(t, (response) => response.end("no"));
    const endpoint = httpEndpoint(url, 1_000);
    assert.doesNotMatch(endpoint.name, /secret/);
    await assert.rejects(endpoint.call(CALL), (thrown: OrchestratorError) => {
      assert.doesNotMatch(JSON.stringify(thrown.data), /secret/);
      return true;
    });
  });
});

describe("endpointCheck", () => {
  const coordinator = hex(0xc0, 20);
  const endpointOf = (chainId: string, code: string) => ({
    name: "a",
    call: ({ method }: RpcCall) => Promise.resolve(method === "eth_chainId" ? chainId : code),
  });

  it("takes the configured chain with code at the coordinator", async () => {
    const anyCode = endpointCheck({ chainId: 5, coordinator, codeHash: null });
    await anyCode(endpointOf("0x5", "0x6001"));
    await assert.rejects(anyCode(endpointOf("0x6", "0x6001")), { code: "ChainMismatch" });
    await assert.rejects(anyCode(endpointOf("0x5", "0x")), { code: "CodeMismatch" });
  });

  it("takes only the configured code where its hash is given", async () => {
    const codeHash = keccak256("0x6001") as `0x${string}`;
    const pinned = endpointCheck({ chainId: 5, coordinator, codeHash });
    await pinned(endpointOf("0x5", "0x6001"));
    await assert.rejects(pinned(endpointOf("0x5", "0x6002")), { code: "CodeMismatch" });
  });
});

describe("registries", () => {
  const poolOf = (answer: unknown) => ({
    call: async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });

  const place = { modelRegistry: hex(1, 20), operatorRegistry: hex(2, 20), startBlock: 5 };

  it("name the releases an operator lists itself for, not those it has left", async () => {
    const registry = new Interface(operatorRegistryAbi);
    const limits = { minGasPrice: 0n, maxCallbackGas: 0n, maxInputLength: 0n, maxBond: 0n };
    const listing = (name: string, releaseId: number) => {
      const terms = name === "ListingSet" ? [1n, 0n, limits] : [];
      const values = [2n, hex(releaseId), 2n, ...terms];
      const block = { blockNumber: "0x5", blockHash: hex(9), transactionHash: hex(8) };
      const event = registry.getEvent(name);
      assert.ok(event !== null);
      const { data, topics } = registry.encodeEventLog(event, values);
      return { address: hex(2, 20), data, topics, logIndex: "0x0", ...block };
    };
    const [started, stopped] = ["ListingSet", "ListingRemoved"] as const;
    const logs = [listing(started, 1), listing(started, 3), listing(stopped, 1)];
    const served = await rpcReleaseRegistry(poolOf(logs), place).servedBy(2n);
    assert.deepEqual(served, [hex(3)]);
  });

  it("name a release's manifest by the digest on chain", async () => {
    const registry = rpcReleaseRegistry(poolOf(hex(0xd1)), place);
    const { releaseId, manifestCid } = await registry.release(hex(5));
    assert.equal(releaseId, hex(5));
    assert.equal(digestOfCid(manifestCid), hex(0xd1));
  });

  it("name the units a release is priced by", async () => {
    const answer = AbiCoder.defaultAbiCoder().encode(["uint40", "uint40", "uint40"], [7, 8, 9]);
    const units = await rpcReleaseRegistry(poolOf(answer), place).units(hex(5));
    assert.deepEqual(units, { compute: 7, proof: 8, byte: 9 });
  });

  it("say when a release is unknown, and when it could not be asked", async () => {
    const selector = keccak256(Buffer.from("ReleaseUnknown(bytes32)")).slice(0, 10);
    const rpcData = `${selector}${hex(5).slice(2)}`;
    const revert = new OrchestratorError("RpcRefused", { data: { rpcCode: 3, rpcData } });
    const unknown = rpcReleaseRegistry(poolOf(revert), place);
    await assert.rejects(unknown.release(hex(5)), { code: "ReleaseUnknown" });
    const outage = rpcReleaseRegistry(poolOf(new OrchestratorError("RpcUnavailable")), place);
    await assert.rejects(outage.release(hex(5)), { code: "RpcUnavailable" });
  });

  it("tell whether the sender acts for the operator", async () => {
    const coder = AbiCoder.defaultAbiCoder();
    const query = { operatorRegistry: hex(1, 20), operatorId: 2n, sender: hex(3, 20) };
    await requireSender(poolOf(coder.encode(["bool"], [true])), query);
    const no = requireSender(poolOf(coder.encode(["bool"], [false])), query);
    await assert.rejects(no, { code: "SenderNotAllowed" });
  });
});
