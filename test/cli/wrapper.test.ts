import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** A checkout on a host whose Node is too old and whose npx only notes what it is asked for. */
describe("./assay", () => {
  let checkout = "";
  let tools = "";

  beforeEach(async () => {
    checkout = await mkdtemp(join(tmpdir(), "assay-wrapper-"));
    tools = join(checkout, "tools");
    await mkdir(tools);
    await mkdir(join(checkout, "apps/cli"), { recursive: true });
    await copyFile(join(root, "assay"), join(checkout, "assay"));
    await writeFile(join(checkout, "package-lock.json"), "{}");
    await writeFile(
      join(checkout, "apps/cli/main.ts"),
      "console.log(JSON.stringify(process.argv.slice(2) satisfies string[]));",
    );
    await tool("node", "exit 1");
    await installsWith(`ln -sf '${process.execPath}' node_modules/.bin/node`);
  });

  afterEach(async () => {
    await rm(checkout, { recursive: true, force: true });
  });

  async function tool(name: string, script: string): Promise<void> {
    await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(tools, name), 0o755);
  }

  async function installsWith(step: string): Promise<void> {
    const note = `echo "$ONNXRUNTIME_NODE_INSTALL $*" >>'${join(checkout, "installs")}'`;
    await tool("npx", `set -e\n${note}\nmkdir -p node_modules/.bin\n${step}`);
  }

  async function assay(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const env = { PATH: `${tools}:/usr/bin:/bin`, HOME: checkout };
    return run(join(checkout, "assay"), [...args], { cwd: tools, env });
  }

  const installs = async (): Promise<string> => readFile(join(checkout, "installs"), "utf8");

  it("installs under Node 24, without CUDA, and hands all arguments over", async () => {
    const { stdout } = await assay("demo", "--json", "a b");
    assert.equal(stdout, `["demo","--json","a b"]\n`);
    assert.equal(await installs(), "skip -y -p node@24 -c npm ci --loglevel=error\n");
  });

  it("installs again only when the lockfile has changed", async () => {
    await assay();
    await assay();
    assert.equal((await installs()).split("\n").length, 2);
    await writeFile(join(checkout, "package-lock.json"), `{ "changed": true }`);
    await assay();
    assert.equal((await installs()).split("\n").length, 3);
  });

  it("says what to do when the installation fails, and tries again next time", async () => {
    await installsWith("exit 7");
    const failed = /could not install the dependencies.*run this again/;
    await assert.rejects(assay(), (error: Error & { code?: number; stderr?: string }) => {
      assert.equal(error.code, 1);
      assert.match(error.stderr ?? "", failed);
      return true;
    });
    await assert.rejects(assay());
    assert.equal((await installs()).split("\n").length, 3);
  });
});
