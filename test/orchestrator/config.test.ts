import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

import { readNodeConfig, readWatchConfig } from "../../orchestrator/config/nodeConfig.ts";
import { readWorkerConfig } from "../../orchestrator/config/workerConfig.ts";
import { OrchestratorError } from "../../orchestrator/domain/errors.ts";
import { describeFailure } from "../../orchestrator/main.ts";
import { hex, temporaryFolder } from "./support/builders.ts";

const KEY = `0x${"ab".repeat(32)}`;

const complete = {
  ASSAY_RPC_URLS: "http://127.0.0.1:8545, https://rpc.example/secret-key",
  ASSAY_CHAIN_ID: "31337",
  ASSAY_COORDINATOR: "0xABcdef0000000000000000000000000000000001",
  ASSAY_MODEL_REGISTRY: hex(2, 20),
  ASSAY_OPERATOR_REGISTRY: hex(3, 20),
  ASSAY_START_BLOCK: "12",
  ASSAY_OPERATOR_ID: "0xb",
  ASSAY_SENDER_KEY: KEY,
};

function mistakesOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof OrchestratorError && error.code === "ConfigInvalid");
    assert.ok(Array.isArray(error.data["mistakes"]));
    return error.data["mistakes"].map(String);
  }
  return [];
}

describe("readNodeConfig", () => {
  it("reads a complete environment and fills in the rest", () => {
    const config = readNodeConfig({ ...complete, ASSAY_MAX_FEE_GWEI: "1.5", REDIS_URL: "" });
    assert.deepEqual(config.chain.rpcUrls, [
      "http://127.0.0.1:8545",
      "https://rpc.example/secret-key",
    ]);
    assert.equal(config.chain.coordinator, "0xabcdef0000000000000000000000000000000001");
    assert.equal(config.operator.id, 11n);
    assert.equal(config.operator.feeCaps.maxFeePerGas, 1_500_000_000n);
    assert.deepEqual(config.queue, {
      redisUrl: "redis://127.0.0.1:6390",
      isEmbedded: true,
      port: 6_390,
      prefix: "assay",
    });
  });

  it("tells every mistake at once and shows the wrong values, but no secret", () => {
    const mistakes = mistakesOf(() =>
      readNodeConfig({
        ...complete,
        ASSAY_RPC_URLS: "ftp://x",
        ASSAY_CHAIN_ID: "many",
        ASSAY_COORDINATOR: "0x12",
        ASSAY_START_BLOCK: undefined,
        ASSAY_SENDER_KEY: "0xsecret",
        ASSAY_SETTLE_DEPTH: "-1",
        ASSAY_FALLBACK: "perhaps",
        ASSAY_WORKER_TOKENS: "gpu=short",
        REDIS_URL: "http://x",
      }),
    );
    assert.equal(mistakes.length, 9);
    const report = mistakes.join("\n");
    assert.match(report, /ASSAY_START_BLOCK is missing/);
    assert.match(report, /ASSAY_CHAIN_ID is no whole number: "many"/);
    assert.match(report, /ASSAY_COORDINATOR is no address/);
    assert.doesNotMatch(report, /secret|short"/);
  });

  it("takes the sender's key from the environment or a file, not both and not neither", (t) => {
    const file = join(temporaryFolder(t), "key");
    const { ASSAY_SENDER_KEY: _, ...keyless } = complete;
    writeFileSync(file, `${KEY}\n`);
    const fromFile = readNodeConfig({ ...keyless, ASSAY_SENDER_KEY_FILE: file });
    assert.equal(fromFile.operator.senderKey, KEY);
    const both = { ...complete, ASSAY_SENDER_KEY_FILE: file };
    assert.match(mistakesOf(() => readNodeConfig(both)).join(), /one of/);
    assert.match(mistakesOf(() => readNodeConfig(keyless)).join(), /one of/);
    const wrong = { ...keyless, ASSAY_SENDER_KEY_FILE: file };
    for (const text of ["not a key", `0x${"00".repeat(32)}`, `0x${"ff".repeat(32)}`]) {
      writeFileSync(file, text);
      assert.match(mistakesOf(() => readNodeConfig(wrong)).join(), /holds no private key/);
      const inline = { ...keyless, ASSAY_SENDER_KEY: text };
      assert.match(mistakesOf(() => readNodeConfig(inline)).join(), /^ASSAY_SENDER_KEY is no/);
    }
    const absent = { ...keyless, ASSAY_SENDER_KEY_FILE: `${file}.absent` };
    assert.match(mistakesOf(() => readNodeConfig(absent)).join(), /cannot be read/);
  });

  it("refuses an operator id that no operator can have", () => {
    const tooLong = { ...complete, ASSAY_OPERATOR_ID: `0x1${"0".repeat(16)}` };
    assert.match(mistakesOf(() => readNodeConfig(tooLong)).join(), /^ASSAY_OPERATOR_ID is no oper/);
  });

  it("knows workers by their tokens", () => {
    const tokens = `gpu=${"a".repeat(16)}, cpu=${"b".repeat(16)}`;
    const { http } = readNodeConfig({ ...complete, ASSAY_WORKER_TOKENS: tokens });
    assert.deepEqual([...http.workerNameByToken.values()], ["gpu", "cpu"]);
  });
});

describe("readWatchConfig", () => {
  const { ASSAY_OPERATOR_ID: _, ...outsider } = complete;

  it("needs no operator and watches everything, or the share it is told", () => {
    const { operator } = readWatchConfig(outsider);
    assert.equal(operator.id, null);
    assert.equal(operator.watchShare, 1);
    assert.equal(operator.fallback, false);
    assert.equal(operator.watchChallenges, false);
    assert.equal(readWatchConfig({ ...outsider, ASSAY_WATCH: "0.25" }).operator.watchShare, 0.25);
    assert.equal(readNodeConfig(complete).operator.watchShare, 0);
    assert.deepEqual(
      mistakesOf(() => readNodeConfig(outsider)),
      ["ASSAY_OPERATOR_ID is missing"],
    );
  });

  it("takes a share for what it is: a number from 0 to 1", () => {
    for (const text of ["2", "-1", "half", "1.5", "25%"]) {
      const [mistake] = mistakesOf(() => readWatchConfig({ ...outsider, ASSAY_WATCH: text }));
      assert.match(mistake ?? "", /^ASSAY_WATCH is no share/);
    }
    for (const text of ["0", "1", ".5", "0.05", "1.0"]) {
      const { watchShare } = readWatchConfig({ ...outsider, ASSAY_WATCH: text }).operator;
      assert.equal(watchShare, Number(text));
    }
  });
});

describe("readWorkerConfig", () => {
  it("needs a token, and no key", () => {
    const config = readWorkerConfig({
      ASSAY_WORKER_TOKEN: "t".repeat(16),
      REDIS_URL: "redis://r:1",
    });
    assert.equal(config.queue.redisUrl, "redis://r:1");
    assert.equal(config.queue.isEmbedded, false);
    assert.deepEqual(
      mistakesOf(() => readWorkerConfig({})),
      ["ASSAY_WORKER_TOKEN is missing"],
    );
  });

  it("divides its prover into groups, within a memory limit", () => {
    const token = { ASSAY_WORKER_TOKEN: "0123456789abcdef" };
    const usual = readWorkerConfig(token).prover;
    assert.deepEqual(
      [usual.groups, usual.threads, usual.memoryLimitBytes],
      [1, undefined, undefined],
    );
    assert.deepEqual([usual.isPortable, usual.tableBytes], [false, 0]);
    const { prover } = readWorkerConfig({
      ...token,
      ASSAY_PROVER_LIBRARY: "/opt/prover.node",
      ASSAY_PROVER_GROUPS: "4",
      ASSAY_PROVER_THREADS: "2",
      ASSAY_PROVER_MEMORY_MB: "512",
      ASSAY_PROVER_TABLE_MB: "256",
      ASSAY_PROVER_PORTABLE: "on",
    });
    const sizes = { groups: 4, threads: 2, memoryLimitBytes: 2 ** 29, tableBytes: 2 ** 28 };
    const others = { backend: "auto", library: "/opt/prover.node", isPortable: true };
    assert.deepEqual(prover, { ...others, ...sizes });
    const wrong = { ...token, ASSAY_PROVER_GROUPS: "0", ASSAY_PROVER_MEMORY_MB: "much" };
    assert.deepEqual(
      mistakesOf(() => readWorkerConfig(wrong)),
      ['ASSAY_PROVER_GROUPS is below 1: "0"', 'ASSAY_PROVER_MEMORY_MB is no whole number: "much"'],
    );
  });
});

describe("a process with a wrong configuration", () => {
  it("prints all mistakes without a stack trace, starts nothing and fails", () => {
    const main = resolve(import.meta.dirname, "../../orchestrator/main.ts");
    const env = { ...process.env, ...complete, ASSAY_CHAIN_ID: "x", ASSAY_POLL_MS: "0" };
    const { status, stderr } = spawnSync(process.execPath, [main, "node"], {
      env,
      encoding: "utf8",
    });
    assert.equal(status, 1);
    assert.match(stderr, /^The configuration has mistakes; nothing was started\.\n/);
    assert.match(stderr, /ASSAY_CHAIN_ID/);
    assert.match(stderr, /ASSAY_POLL_MS/);
    assert.doesNotMatch(stderr, /\n\s+at |abab/);
  });
});

describe("describeFailure", () => {
  it("is a sentence with what it is about, whatever the error holds", () => {
    const endpoints = [{ name: "a", state: "failing" }];
    const error = new OrchestratorError("RpcUnavailable", { data: { endpoints, price: 5n } });
    const [sentence, ...details] = describeFailure(error).split("\n");
    assert.match(sentence ?? "", /^RpcUnavailable: No RPC endpoint answers/);
    assert.deepEqual(details, ['  endpoints: [{"name":"a","state":"failing"}]', '  price: "5"']);
    assert.equal(describeFailure(new Error("odd")), "Unexpected: odd");
  });
});
