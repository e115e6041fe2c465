import { execFile } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { HDNodeWallet, Wallet } from "ethers";

import { buildRelease, type BuiltRelease } from "../../../circuits/release/buildRelease.ts";
import { ensureDevelopmentPtau } from "../../../circuits/keys/developmentKeys.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { DEVELOPMENT_MNEMONIC, startEmbeddedChain } from "../../../scripts/chain/embeddedChain.ts";
import { setUpLocalNetwork, type LocalNetwork } from "../../../scripts/demo/localNetwork.ts";
import { profileOf } from "../../../scripts/deploy/profiles.ts";
import { setupOf } from "../../../sdk/protocol/verifyingKey.ts";
import type { Cleanup } from "../../orchestrator/support/cleanup.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "apps/cli/main.ts");
const KEYS = join(ROOT, ".assay/keys");
/** The smallest model we have. */
export const MODEL = join(ROOT, "models/volatility");

/** Somebody with a machine of his own: a folder, a key, and processes that share nothing else. */
export interface Person {
  readonly folder: string;
  readonly address: string;
  readonly wallet: Wallet;
  readonly keyFile: string;
  /** What `assay` prints on standard output; rejects with what it says on standard error. */
  readonly assay: (...args: readonly string[]) => Promise<string>;
  readonly file: (name: string) => string;
}

/** A deployment with the profile of a real chain, whose pinned powers of tau tests can make. */
export interface ProductionBench {
  readonly rpcUrl: string;
  readonly network: LocalNetwork;
  /** The same model under development keys. */
  readonly development: BuiltRelease;
  readonly ptau: string;
  readonly folder: string;
  /** One of the chain's funded accounts, or an account that never sends anything. */
  readonly person: (name: string, accountIndex?: number) => Promise<Person>;
}

export async function setUpProduction(folder: string, cleanup: Cleanup): Promise<ProductionBench> {
  const store = new LocalStore(join(folder, "development"));
  const development = await buildRelease({ modelDirectory: MODEL, store, cacheDirectory: KEYS });
  const ptau = await ensureDevelopmentPtau({
    domainSize: development.manifest.circuit.domainSize,
    cacheDirectory: KEYS,
  });
  const chain = await startEmbeddedChain(1);
  cleanup.add(() => chain.stop());
  const network = await setUpLocalNetwork({
    rpcUrl: chain.rpcUrl,
    releases: [],
    profile: profileOf("l1", {
      pinnedSetup: `0x${Buffer.from(setupOf(development.verifyingKey)).toString("hex")}`,
      guardian: Wallet.createRandom().address,
      nextOwner: Wallet.createRandom().address,
    }),
    onStep: () => undefined,
  });
  cleanup.add(() => {
    network.provider.destroy();
  });
  return {
    rpcUrl: chain.rpcUrl,
    network,
    development,
    ptau,
    folder,
    person: (name, index) => personIn(join(folder, name), index),
  };
}

/** Hands a copy of a file over, as a mail would. */
export async function handOver(from: Person, to: Person, name: string): Promise<void> {
  await copyFile(from.file(name), to.file(name));
}

async function personIn(folder: string, index?: number): Promise<Person> {
  await mkdir(folder);
  const { address, privateKey } =
    index === undefined
      ? Wallet.createRandom()
      : HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, "", `m/44'/60'/0'/0/${index}`);
  const keyFile = join(folder, "key");
  await writeFile(keyFile, privateKey);
  const run = promisify(execFile);
  return {
    folder,
    address: address.toLowerCase(),
    wallet: new Wallet(privateKey),
    keyFile,
    assay: async (...args) =>
      (await run(process.execPath, [MAIN, ...args], { cwd: folder })).stdout,
    file: (name) => join(folder, basename(name)),
  };
}
