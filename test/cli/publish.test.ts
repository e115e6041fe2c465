import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { Contract, HDNodeWallet, JsonRpcProvider, Wallet } from "ethers";

import { startEmbeddedChain, DEVELOPMENT_MNEMONIC } from "../../scripts/chain/embeddedChain.ts";
import type { EmbeddedChain } from "../../scripts/chain/embeddedChain.ts";
import { deployAssay } from "../../scripts/deploy/deploy.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

describe("assay publish", () => {
  let folder = "";
  let chain: EmbeddedChain;
  let provider: JsonRpcProvider;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "assay-publish-"));
    chain = await startEmbeddedChain(1);
    provider = new JsonRpcProvider(chain.rpcUrl, undefined, { cacheTimeout: -1 });
    await provider.send("evm_setAutomine", [true]);
  });
  after(async () => {
    provider.destroy();
    await chain.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function publish(...options: readonly string[]): Promise<string> {
    return publishModel("digits-mlp", ...options);
  }

  async function publishModel(name: string, ...options: readonly string[]): Promise<string> {
    const main = join(root, "apps/cli/main.ts");
    const model = join(root, "models", name);
    const places = ["--store", join(folder, "store"), "--keys", join(root, ".assay/keys")];
    const args = [main, "publish", model, ...places, ...options];
    return (await run(process.execPath, args)).stdout;
  }

  it("builds the release without a chain, the same manifest every time", async () => {
    const [first, second] = [await publish(), await publish()];
    assert.match(first, /^manifest bafkrei[a-z2-7]+$/m);
    assert.match(first, /^held out 99\.0% right \(float 99\.0%\) of 200 images$/m);
    assert.equal(second, first);
    assert.doesNotMatch(first, /^release /m);
  });

  it("says how far a model of numbers is from what was measured", async () => {
    assert.match(
      await publishModel("volatility"),
      /^held out mean error 4\.64 \(float 4\.64\) of 301 examples; integer from float 0\.0180 on average, 0\.0801 at most$/m,
    );
  });

  it("registers the release on a chain under the id it prints", async () => {
    const publisher = HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC).connect(provider);
    const { coordinator, modelRegistry } = await deployAssay({ signer: publisher });
    const keyFile = join(folder, "key");
    await writeFile(keyFile, `${publisher.privateKey}\n`);
    const where = ["--rpc", chain.rpcUrl, "--coordinator", coordinator];
    const said = await publish(...where, "--key-file", keyFile);
    const releaseId = /^release {2}(0x[0-9a-f]{64})$/m.exec(said)?.[1];
    const registry = new Contract(modelRegistry, modelRegistryAbi, provider);
    const events = await registry.queryFilter("ReleasePublished");
    const published = events.map((event): unknown =>
      "args" in event ? event.args["releaseId"] : undefined,
    );
    assert.deepEqual(published, [releaseId]);
  });

  it("says what the contracts refuse, by the error's name", async () => {
    const publisher = HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC).connect(provider);
    const { coordinator } = await deployAssay({ signer: publisher });
    const keyFile = join(folder, "same-key");
    await writeFile(keyFile, publisher.privateKey);
    const where = ["--rpc", chain.rpcUrl, "--coordinator", coordinator, "--key-file", keyFile];
    await publish(...where);
    await assert.rejects(publish(...where), /ReleaseAlreadyPublished\(0x[0-9a-f]{64}\)/);
  });

  it("registers an optimistic release with the least bond, or says the field refused", async () => {
    const publisher = HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC).connect(provider);
    const { coordinator, modelRegistry } = await deployAssay({ signer: publisher });
    const keyFile = join(folder, "optimistic-key");
    await writeFile(keyFile, publisher.privateKey);
    const where = ["--rpc", chain.rpcUrl, "--coordinator", coordinator, "--key-file", keyFile];
    const both = [...where, "--levels", "optimistic,zk"];
    await assert.rejects(publish(...both, "--min-bond", "1"), /ReleaseFieldInvalid\(minBond, 1\)/);
    await assert.rejects(publish(...both, "--min-grade", "2"), /ReleaseGradeTooLow\(0, 2\)/);
    const releaseId = /^release {2}(0x[0-9a-f]{64})$/m.exec(await publish(...both))?.[1];
    const registry = new Contract(modelRegistry, modelRegistryAbi, provider);
    const least: unknown = await registry.getFunction("leastAnswerBond")();
    assert.equal(await registry.getFunction("minBondOf")(releaseId), least);
  });

  it("publishes for a model that was handed over, named by its id", async () => {
    const publisher = HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC).connect(provider);
    const { coordinator, modelRegistry } = await deployAssay({ signer: publisher });
    const next = new Wallet(Wallet.createRandom().privateKey, provider);
    await provider.send("anvil_setBalance", [next.address, `0x${(10n ** 18n).toString(16)}`]);
    const as = async ({ privateKey }: { readonly privateKey: string }, name: string) => {
      const keyFile = join(folder, name);
      await writeFile(keyFile, privateKey);
      return ["--rpc", chain.rpcUrl, "--coordinator", coordinator, "--key-file", keyFile];
    };
    const said = await publish(...(await as(publisher, "former-key")));
    const model = /^model {4}(0x[0-9a-f]{64})$/m.exec(said)?.[1] ?? "none";
    const registry = new Contract(modelRegistry, modelRegistryAbi, publisher);
    await (await registry.getFunction("handOverModel").send(model, next.address)).wait();
    const taken = registry.connect(next) as Contract;
    await (await taken.getFunction("takeOverModel").send(model)).wait();
    const where = ["--as", model, "--levels", "optimistic,zk", ...(await as(next, "next-key"))];
    const releaseId = /^release {2}(0x[0-9a-f]{64})$/m.exec(await publish(...where))?.[1];
    assert.equal(await registry.getFunction("modelOf")(releaseId), model);
    await assert.rejects(publish("--as", "digits", ...where.slice(2)), /digits is no model id/);
  });

  const wrong: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ["a key file that is not there", { keyFile: "/nowhere/key" }, /\[KeyFileInvalid\]/],
    ["a key file without a key", { keyFile: import.meta.filename }, /holds no private key/],
    ["an endpoint nobody listens at", { rpc: "http://127.0.0.1:1" }, /\[ChainUnavailable\]/],
    ["an endpoint that is no url", { rpc: "mainnet" }, /No chain answers at mainnet/],
    ["a coordinator that is no address", { coordinator: "0x12" }, /0x12 is no address/],
    [
      "an address without a coordinator",
      { coordinator: `0x${"12".repeat(20)}` },
      /no InferenceCoordinator at .*\[DeploymentInvalid\]/,
    ],
  ];
  for (const [what, change, expected] of wrong) {
    it(`refuses ${what} before it builds anything`, async () => {
      const keyFile = join(folder, "some-key");
      await writeFile(keyFile, HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC).privateKey);
      const rightful = { rpc: chain.rpcUrl, coordinator: `0x${"00".repeat(20)}`, keyFile };
      const { rpc, coordinator, keyFile: file } = { ...rightful, ...change };
      const refused = publish("--rpc", rpc, "--coordinator", coordinator, "--key-file", file);
      await assert.rejects(refused, (error: Error & { stdout: string; stderr: string }) => {
        assert.match(error.stderr, expected);
        assert.doesNotMatch(error.stderr, /\n +at |JsonRpcProvider/);
        assert.equal(error.stdout, "");
        return true;
      });
    });
  }

  it("asks for all of the chain's options or none", async () => {
    const rpc = ["--rpc", chain.rpcUrl];
    await assert.rejects(publish(...rpc), /needs an account\.\n .*--key-file/);
    const key = ["--key-file", import.meta.filename];
    await assert.rejects(publish(...rpc, ...key), /needs one deployment\.\n .*--coordinator/);
    await assert.rejects(publish(...key), /needs a chain\.\n .*--rpc/);
  });
});
