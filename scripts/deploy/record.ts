import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { keccak256, type Provider } from "ethers";
import { z } from "zod";

import type { AssayAddresses } from "./deploy.ts";
import type { DeploymentProfile } from "./profile.ts";
import { PROFILE_NAMES, type ProfileName } from "./profiles.ts";
import { stepsOf, type Part } from "./steps.ts";

/** Holds one record per chain: `<chain id>.json`. */
export const RECORDS = resolve(import.meta.dirname, "../../deploy");

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
const amount = z.string().regex(/^(0|[1-9][0-9]*)$/);

const addresses = {
  ceremonyBook: address,
  coordinator: address,
  coordinatorExtension: address,
  dataFee: address,
  keyStore: address,
  modelRegistry: address,
  operatorRegistry: address,
  zkVerifier: address,
};

const schema = z.strictObject({
  chainId: z.number().int().positive(),
  /** Block before the first contract. */
  startBlock: z.number().int().nonnegative(),
  profile: z.enum(PROFILE_NAMES),
  /** Who sent the transactions, and owned everything first. */
  deployer: address,
  ...addresses,
  /** The profile with what was chosen for it, amounts as text. */
  numbers: z.strictObject({
    asset: address,
    minBond: amount,
    unbondingSeconds: amount,
    changeDelaySeconds: amount,
    retrySeconds: amount,
    challengeWindowSeconds: amount,
    proofSeconds: amount,
    dataFee: z.string(),
    protocolFeeBps: amount,
    feeReceiver: address,
    leastAnswerBond: amount,
    leastKeyGrade: amount,
    recognitionDelaySeconds: amount,
    pinnedSetup: hash,
    guardian: address,
    nextOwner: address,
  }),
  /** keccak256 of the deployed code of each part. */
  codeHashes: z.partialRecord(z.enum(Object.keys(addresses) as (keyof typeof addresses)[]), hash),
});

/** What everybody who uses a deployment needs to know of it, and what anybody can check it by. */
export type DeploymentRecord = Readonly<z.infer<typeof schema>>;

/** Notes a deployment, with the code that is on the chain now. */
export async function recordOf(parameters: {
  readonly provider: Provider;
  readonly deployer: string;
  readonly startBlock: number;
  readonly profileName: ProfileName;
  readonly profile: DeploymentProfile;
  readonly addresses: AssayAddresses;
}): Promise<DeploymentRecord> {
  const { provider, profile } = parameters;
  const { chainId } = await provider.getNetwork();
  const codeHashes: Partial<Record<Part, string>> = {};
  for (const { part } of stepsOf(profile)) {
    codeHashes[part] = keccak256(await provider.getCode(parameters.addresses[part]));
  }
  return schema.parse({
    chainId: Number(chainId),
    startBlock: parameters.startBlock,
    profile: parameters.profileName,
    deployer: parameters.deployer,
    ...parameters.addresses,
    numbers: Object.fromEntries(
      Object.entries(profile).map(([field, value]) => [field, String(value)]),
    ),
    codeHashes,
  });
}

/** The profile a record says the deployment was made with. */
export function profileIn({ numbers }: DeploymentRecord): DeploymentProfile {
  return {
    ...numbers,
    minBond: BigInt(numbers.minBond),
    unbondingSeconds: BigInt(numbers.unbondingSeconds),
    changeDelaySeconds: BigInt(numbers.changeDelaySeconds),
    retrySeconds: BigInt(numbers.retrySeconds),
    challengeWindowSeconds: BigInt(numbers.challengeWindowSeconds),
    proofSeconds: BigInt(numbers.proofSeconds),
    protocolFeeBps: BigInt(numbers.protocolFeeBps),
    leastAnswerBond: BigInt(numbers.leastAnswerBond),
    leastKeyGrade: BigInt(numbers.leastKeyGrade),
    recognitionDelaySeconds: BigInt(numbers.recognitionDelaySeconds),
  };
}

/**
 * Writes a record as `<folder>/<chain id>.json`.
 * @throws Error if the chain has one: it may be a deployment's only trace.
 */
export async function writeRecord(record: DeploymentRecord, folder = RECORDS): Promise<string> {
  const path = join(folder, `${record.chainId}.json`);
  await writeFile(path, `${JSON.stringify(record, null, 2)}\n`, { flag: "wx" });
  return path;
}

/** @throws ZodError, SyntaxError or a file error if there is no such record. */
export async function readRecord(chainId: number, folder = RECORDS): Promise<DeploymentRecord> {
  const text = await readFile(join(folder, `${chainId}.json`), "utf8");
  const record = schema.parse(JSON.parse(text));
  if (record.chainId !== chainId) throw new Error(`${chainId}.json is of chain ${record.chainId}`);
  return record;
}
