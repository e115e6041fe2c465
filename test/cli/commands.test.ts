import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { CliError, explain } from "../../apps/cli/failure.ts";

const main = resolve(import.meta.dirname, "../../apps/cli/main.ts");

function assay(...args: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

describe("assay", () => {
  it("names an unknown command and the way out, without a stack", () => {
    const { status, said } = assay("dance");
    assert.equal(status, 1);
    assert.match(said, /unknown command 'dance'/);
    assert.match(said, /--help/);
    assert.doesNotMatch(said, /\n +at /);
  });

  it("refuses a suite of tests that does not exist", () => {
    const { status, said } = assay("test", "everything");
    assert.equal(status, 1);
    assert.match(said, /Allowed choices are prover, contracts, unit, commands, e2e, faults/);
  });
});

describe("assay node", () => {
  it("names all mistakes of its configuration at once and starts nothing", () => {
    const { status, said } = assay("node");
    assert.equal(status, 1);
    assert.match(said, /The configuration has mistakes; nothing was started\./);
    for (const name of ["ASSAY_RPC_URLS", "ASSAY_COORDINATOR", "ASSAY_SENDER_KEY"]) {
      assert.ok(said.includes(name), name);
    }
    assert.doesNotMatch(said, /\n +at /);
  });

  it("says so when no node answers for its status", () => {
    const { status, said } = assay("node", "status", "--url", "http://127.0.0.1:1");
    assert.equal(status, 1);
    assert.match(said, /No node answers at http:\/\/127\.0\.0\.1:1\./);
  });
});

describe("assay node status", () => {
  it("says so when something else answers", async (t) => {
    const stranger = createServer((_, response) => response.end("hello"));
    await new Promise<void>((done) => stranger.listen(0, "127.0.0.1", done));
    t.after(() => stranger.close());
    const { port } = stranger.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    for (const question of [[], ["--why", `0x${"0F".repeat(32)}`]]) {
      const args = [main, "node", "status", "--url", url, ...question];
      await assert.rejects(promisify(execFile)(process.execPath, args), (error) => {
        assert.match(String(error), new RegExp(`What answers at ${url} is no node of ours`));
        return true;
      });
    }
  });
});

describe("assay node status --why", () => {
  it("says what a request id looks like", () => {
    const { status, said } = assay("node", "status", "--why", "0x12");
    assert.equal(status, 1);
    assert.match(said, /0x12 is no request id\.\n .*64 hexadecimal digits/);
  });
});

describe("assay conformance", () => {
  it("asks for a folder of folders", () => {
    const models = resolve(import.meta.dirname, "../../models/digits-mlp");
    for (const path of [`${models}/model.onnx`, models]) {
      const { status, said } = assay("conformance", path, "--json");
      assert.equal(status, 1);
      assert.match(said, /Name a folder with one folder per model\./);
    }
  });
});

describe("assay up", () => {
  it("ends with what is wrong when one process cannot start", () => {
    const { status, said } = assay("up");
    assert.equal(status, 1);
    assert.match(said, /ASSAY_RPC_URLS is missing/);
    assert.match(said, /The process "node" ended with code 1/);
  });
});

describe("assay compile", () => {
  const models = resolve(import.meta.dirname, "../../models");

  it("prints a model's bill and its accuracy", () => {
    const { status, said } = assay("compile", `${models}/digits-mlp`);
    assert.equal(status, 0, said);
    assert.match(said, /^total /m);
    assert.match(said, /^gas /m);
    assert.match(said, /on 100\.0% of 64 samples/);
  });

  it("says how far a model of one number is from the float model", () => {
    const { status, said } = assay("compile", `${models}/volatility`);
    assert.equal(status, 0);
    assert.match(said, /1,439 of 2,044 rows/);
    assert.match(said, /in the output's units 0\.029 on average and 0\.12 at most, on 64 samples/);
    assert.doesNotMatch(said, /greatest element/);
  });

  it("says what is wrong with a file that is no ONNX", () => {
    const { status, said } = assay("compile", `${models}/train.py`);
    assert.equal(status, 1);
    assert.match(said, /not an ONNX protobuf.*\[NotProtobuf\]/);
    assert.doesNotMatch(said, /\n +at /);
  });

  it("says which file of a model's folder is missing", () => {
    const { status, said } = assay("compile", models);
    assert.equal(status, 1);
    assert.match(said, /models\/samples\.json is missing/);
  });
});

describe("explain", () => {
  it("gives the sentence and the next step", () => {
    const text = explain(new CliError("No folder x.", "Name a folder."));
    assert.equal(text, "assay: No folder x.\n       Name a folder.");
  });

  it("says what the file system refused, and of which file", () => {
    const refusal = (code: string) =>
      Object.assign(new Error(`${code}: no`), { code, path: "/some/file", syscall: "open" });
    assert.match(explain(refusal("EACCES")), /^assay: \/some\/file may not be read .*\[EACCES\]$/);
    assert.match(explain(refusal("ENOSPC")), /\/some\/file does not fit on its disk/);
    assert.match(explain(refusal("EODD")), /--debug/);
  });

  it("keeps the stable code of an error from below", () => {
    const error = Object.assign(new Error("The queue is gone."), {
      code: "QueueUnavailable",
      data: {},
    });
    assert.match(explain(error), /The queue is gone\. \[QueueUnavailable\]/);
    assert.doesNotMatch(explain(error), /\n +at /);
  });
});
