import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import { JsonRpcProvider, Network, Wallet, type Contract } from "ethers";

import { explain } from "../../../apps/cli/failure.ts";
import { buildProgram } from "../../../apps/cli/program.ts";
import { openDeployment, type Deployment } from "../../../scripts/account/deployment.ts";
import { startEmbeddedChain } from "../../../scripts/chain/embeddedChain.ts";
import { deployAssay, DEVELOPMENT_PROFILE } from "../../../scripts/deploy/deploy.ts";
import type { AssayAddresses } from "../../../scripts/deploy/deploy.ts";
import { publishRelease } from "../../../scripts/deploy/publishRelease.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { G1Point, G2Point, VerifyingKey } from "../../../sdk/protocol/verifyingKey.ts";

export const ETHER = 10n ** 18n;
export const INPUT = Uint8Array.from({ length: 128 }, (_, i) => (7 * i) % 251);
export const OUTPUT = Uint8Array.from({ length: 20 }, (_, i) => i % 3);
export const UNITS = { compute: 3, proof: 2, byte: 1 } as const;

/** A funded account with its key in a file. */
export interface TestAccount {
  readonly address: Hex;
  readonly wallet: Wallet;
  readonly keyFile: string;
}

/** A chain of its own with all contracts and one release; transactions are mined at once. */
export interface DeployedChain {
  readonly rpcUrl: string;
  readonly provider: JsonRpcProvider;
  readonly folder: string;
  /** Of the contracts. */
  readonly owner: TestAccount;
  readonly addresses: AssayAddresses;
  readonly addressesFile: string;
  readonly releaseId: Hex;
  /** Options that name the deployment, and the account if one is given. */
  readonly as: (account: TestAccount | null) => readonly string[];
  readonly fund: () => Promise<TestAccount>;
  /** The contracts as an account meets them. */
  readonly meet: (account: TestAccount) => Promise<Deployment>;
  readonly stop: () => Promise<void>;
}

/**
 * @param setting.prepareAsset Deploys the token that is the asset; none: the chain's coin
 * @param setting.verifyingKey Of the release; none: one that nobody can prove with
 */
export async function startDeployedChain(
  setting: {
    readonly prepareAsset?: (signer: Wallet) => Promise<string>;
    readonly verifyingKey?: VerifyingKey;
  } = {},
): Promise<DeployedChain> {
  const chain = await startEmbeddedChain(1);
  const folder = await mkdtemp(join(tmpdir(), "assay-cli-"));
  const options = { staticNetwork: Network.from(31_337), cacheTimeout: -1, pollingInterval: 50 };
  const provider = new JsonRpcProvider(chain.rpcUrl, 31_337, options);
  await provider.send("evm_setAutomine", [true]);
  const opened: Deployment[] = [];

  const fund = async (): Promise<TestAccount> => {
    const wallet = new Wallet(Wallet.createRandom().privateKey, provider);
    await provider.send("anvil_setBalance", [wallet.address, `0x${(100n * ETHER).toString(16)}`]);
    const keyFile = join(folder, wallet.address);
    await writeFile(keyFile, wallet.privateKey);
    return { address: wallet.address as Hex, wallet, keyFile };
  };
  const owner = await fund();
  const signer = owner.wallet;
  const asset = await setting.prepareAsset?.(signer);
  const profile = { ...DEVELOPMENT_PROFILE, ...(asset === undefined ? {} : { asset }) };
  const addresses = await deployAssay({ signer, profile });
  const addressesFile = join(folder, "addresses.json");
  await writeFile(addressesFile, JSON.stringify({ chainId: 31_337, startBlock: 0, ...addresses }));
  const { releaseId } = await publishRelease({
    signer,
    addresses,
    name: "claims",
    version: "1.0.0",
    release: {
      manifestDigest: `0x${"ab".repeat(32)}`,
      inputLength: INPUT.length,
      outputLength: OUTPUT.length,
      units: UNITS,
      primaryWindowSeconds: 60n,
      levels: ["Optimistic", "Zk"],
      verifyingKey: setting.verifyingKey ?? anyKey(),
    },
  });
  const place = ["--rpc", chain.rpcUrl, "--addresses", addressesFile];
  return {
    rpcUrl: chain.rpcUrl,
    provider,
    folder,
    owner,
    addresses,
    addressesFile,
    releaseId,
    as: (account) => (account === null ? place : [...place, "--key-file", account.keyFile]),
    fund,
    meet: async ({ keyFile }) => {
      const { rpcUrl } = chain;
      const at = { rpcUrl, ...addresses, startBlock: 0 };
      const deployment = await openDeployment(at, keyFile);
      opened.push(deployment);
      return deployment;
    },
    stop: async () => {
      for (const deployment of opened) deployment.close();
      provider.destroy();
      await chain.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a command printed, as one text each. */
export interface Printed {
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, where it takes no second to start; rejects with what it throws. */
export async function assay(...args: readonly string[]): Promise<Printed> {
  const said: { readonly out: string[]; readonly err: string[] } = { out: [], err: [] };
  const log = mock.method(console, "log", (line: unknown) => void said.out.push(String(line)));
  const error = mock.method(console, "error", (line: unknown) => void said.err.push(String(line)));
  try {
    await buildProgram().parseAsync([...args], { from: "user" });
  } finally {
    log.mock.restore();
    error.mock.restore();
  }
  return { out: said.out.join("\n"), err: said.err.join("\n") };
}

/** What a user reads when a command is refused. */
export async function refused(...args: readonly string[]): Promise<string> {
  const error: unknown = await assay(...args).then(
    () => assert.fail("nothing was refused"),
    (reason: unknown) => reason,
  );
  return explain(error);
}

/** Reads a view whose answer is one number. */
export async function readNumber(
  contract: Contract,
  method: string,
  ...values: readonly unknown[]
): Promise<bigint> {
  return BigInt(String(await contract.getFunction(method).staticCall(...values)));
}

/** Multiples of the generators: a key in shape, made in no time. */
export function anyKey(): VerifyingKey {
  const g1 = (factor: bigint): G1Point => {
    const { x, y } = bn254.G1.Point.BASE.multiply(factor).toAffine();
    return [x, y];
  };
  const g2 = (factor: bigint): G2Point => {
    const { x, y } = bn254.G2.Point.BASE.multiply(factor).toAffine();
    return [
      [x.c0, x.c1],
      [y.c0, y.c1],
    ];
  };
  return {
    alpha: g1(2n),
    beta: g2(3n),
    gamma: g2(4n),
    delta: g2(5n),
    ic: [6n, 7n, 8n, 9n].map(g1),
  };
}
