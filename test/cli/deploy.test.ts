import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { HDNodeWallet, JsonRpcProvider, ZeroAddress } from "ethers";

import { openDeployment } from "../../scripts/account/deployment.ts";
import { DEVELOPMENT_MNEMONIC, startEmbeddedChain } from "../../scripts/chain/embeddedChain.ts";
import type { EmbeddedChain } from "../../scripts/chain/embeddedChain.ts";
import type { DeploymentRecord } from "../../scripts/deploy/record.ts";

const main = resolve(import.meta.dirname, "../../apps/cli/main.ts");
const run = promisify(execFile);

describe("assay deploy", { timeout: 240_000 }, () => {
  let chain: EmbeddedChain;
  let folder = "";
  let keyFile = "";
  before(async () => {
    chain = await startEmbeddedChain(1);
    const provider = new JsonRpcProvider(chain.rpcUrl);
    await provider.send("evm_setAutomine", [true]);
    provider.destroy();
    folder = await mkdtemp(join(tmpdir(), "assay-deploy-"));
    keyFile = join(folder, "key");
    await writeFile(keyFile, HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC).privateKey);
  });
  after(async () => {
    await chain.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const deploy = (...options: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, [main, "deploy", "--rpc", chain.rpcUrl, ...options]);
  const wellDone = (): string[] => ["--key-file", keyFile, "--profile", "development"];

  it("prints and writes addresses of contracts that know each other", async () => {
    const out = join(folder, "addresses.json");
    const { stdout, stderr } = await deploy(...wellDone(), "--out", out);
    assert.equal(await readFile(out, "utf8"), stdout);
    assert.match(stderr, /keys whose secret is published/);
    const record = JSON.parse(stdout) as DeploymentRecord;
    assert.deepEqual([record.chainId, record.profile], [31_337, "development"]);

    const place = { rpcUrl: chain.rpcUrl, ...record, chainId: 31_337n };
    const deployment = await openDeployment(place, null);
    assert.equal(await deployment.operatorRegistry.getAddress(), record.operatorRegistry);
    assert.equal(await deployment.modelRegistry.getAddress(), record.modelRegistry);
    assert.deepEqual(deployment.asset, { kind: "coin" });
    assert.notEqual(record.zkVerifier, ZeroAddress);
    deployment.close();

    await assert.rejects(deploy(...wellDone(), "--out", out), /addresses\.json exists\.\n .*--out/);
    assert.equal(await readFile(out, "utf8"), stdout);
  });

  it("refuses a production profile without what it has to be told", async () => {
    const options = ["--key-file", keyFile, "--profile", "l1"];
    await assert.rejects(deploy(...options), /pins no setup.*\n.*--pinned-setup/);
    const setup = ["--pinned-setup", `0x${"5e".repeat(32)}`];
    await assert.rejects(deploy(...options, ...setup), /is no guardian.*\n.*--guardian/);
    await assert.rejects(
      deploy(...wellDone(), ...setup),
      /development profile takes no pinnedSetup.*\n.*--profile/,
    );
  });

  it("refuses a profile nobody wrote, and an account without coins", async () => {
    await assert.rejects(deploy("--key-file", keyFile, "--profile", "moon"), /Allowed choices/);
    const poor = join(folder, "poor");
    await writeFile(poor, `0x${"5e".repeat(32)}`);
    const options = ["--key-file", poor, "--profile", "development"];
    const out = join(folder, "none.json");
    await assert.rejects(deploy(...options, "--out", out), /cannot pay .*\[FundsMissing\]/);
    await assert.rejects(readFile(out), /ENOENT/);
  });
});
