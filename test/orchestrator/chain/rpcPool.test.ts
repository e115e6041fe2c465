import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { RpcEndpoint } from "../../../orchestrator/chain/endpoint.ts";
import { RpcPool } from "../../../orchestrator/chain/rpcPool.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";

const CALL = { method: "eth_blockNumber", params: [] };

/** An endpoint that answers its name, or fails as it is told. */
class FakeEndpoint implements RpcEndpoint {
  readonly name: string;
  failure: Error | null = null;
  calls = 0;
  checks = 0;
  checkFailure: Error | null = null;
  constructor(name: string) {
    this.name = name;
  }
  async call(): Promise<unknown> {
    this.calls += 1;
    if (this.failure !== null) throw this.failure;
    return this.name;
  }
}

function poolOf(...endpoints: readonly FakeEndpoint[]) {
  const time = { now: 0 };
  const pool = new RpcPool({
    endpoints,
    check: async (endpoint) => {
      const fake = endpoints.find((each) => each === endpoint);
      if (fake === undefined) throw new Error("a stranger");
      fake.checks += 1;
      if (fake.checkFailure !== null) throw fake.checkFailure;
    },
    clock: { now: () => time.now },
    logger: silentLogger,
  });
  return { pool, time };
}

const down = () => new OrchestratorError("RpcUnavailable", { retryable: true });

describe("RpcPool", () => {
  it("checks an endpoint once before it trusts it, and prefers the first", async () => {
    const [a, b] = [new FakeEndpoint("a"), new FakeEndpoint("b")];
    const { pool } = poolOf(a, b);
    assert.equal(await pool.call(CALL), "a");
    assert.equal(await pool.call(CALL), "a");
    assert.equal(a.checks, 1);
    assert.equal(b.calls, 0);
  });

  it("goes to the next endpoint when one fails, and comes back after a pause and a check", async () => {
    const [a, b] = [new FakeEndpoint("a"), new FakeEndpoint("b")];
    const { pool, time } = poolOf(a, b);
    await pool.call(CALL);
    a.failure = down();
    assert.equal(await pool.call(CALL), "b");
    assert.equal(pool.health()[0]?.state, "failing");
    a.failure = null;
    assert.equal(await pool.call(CALL), "b");
    b.failure = down();
    await assert.rejects(pool.call(CALL), { code: "RpcUnavailable", retryable: true });
    time.now = 10_000;
    assert.equal(await pool.call(CALL), "a");
    assert.equal(a.checks, 2);
  });

  it("passes an answer on that is an error, and keeps the endpoint", async () => {
    const a = new FakeEndpoint("a");
    const { pool } = poolOf(a);
    await pool.call(CALL);
    a.failure = new OrchestratorError("RpcRefused");
    await assert.rejects(pool.call(CALL), { code: "RpcRefused" });
    assert.equal(pool.health()[0]?.state, "healthy");
  });

  it("never asks an endpoint of another chain", async () => {
    const [a, b] = [new FakeEndpoint("a"), new FakeEndpoint("b")];
    a.checkFailure = new OrchestratorError("ChainMismatch");
    const { pool, time } = poolOf(a, b);
    assert.equal(await pool.call(CALL), "b");
    time.now = 1_000_000;
    assert.equal(await pool.call(CALL), "b");
    assert.equal(a.calls, 0);
    assert.equal(a.checks, 1);
    assert.equal(pool.health()[0]?.state, "refused");
  });

  it("says what is wrong when every endpoint is of another chain", async () => {
    const a = new FakeEndpoint("a");
    a.checkFailure = new OrchestratorError("CodeMismatch");
    const { pool } = poolOf(a);
    await assert.rejects(pool.call(CALL), { code: "CodeMismatch" });
    await assert.rejects(pool.call(CALL), { code: "CodeMismatch" });
  });

  it("broadcasts to all endpoints and reports each", async () => {
    const [a, b] = [new FakeEndpoint("a"), new FakeEndpoint("b")];
    const { pool } = poolOf(a, b);
    b.failure = new OrchestratorError("RpcRefused");
    const results = await pool.callAll(CALL);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected"],
    );
    a.failure = down();
    b.failure = down();
    await pool.callAll(CALL);
    await assert.rejects(pool.callAll(CALL), { code: "RpcUnavailable" });
  });
});
