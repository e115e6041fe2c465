import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  Contract,
  ContractFactory,
  getCreateAddress,
  ZeroAddress,
  ZeroHash,
  type InterfaceAbi,
  type Signer,
} from "ethers";

import { OP_STACK, type DeploymentProfile } from "./profile.ts";
import { settingsOf, stepsBeforeCoordinator, stepsOf, type Part } from "./steps.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** Coverage has a build of its own. */
const ARTIFACTS = join(ROOT, process.env["ASSAY_ARTIFACTS"] ?? "artifacts", "contracts");

/** For tests, the demo and local chains: accepts keys whose secret is published. */
export const DEVELOPMENT_PROFILE: DeploymentProfile = {
  asset: ZeroAddress,
  minBond: 10n ** 18n,
  unbondingSeconds: 31n * 86_400n,
  changeDelaySeconds: 3_600n,
  retrySeconds: 3_600n,
  challengeWindowSeconds: 3_600n,
  proofSeconds: 600n,
  dataFee: ZeroAddress,
  protocolFeeBps: 0n,
  feeReceiver: ZeroAddress,
  leastAnswerBond: 2n * 10n ** 16n,
  leastKeyGrade: 0n,
  recognitionDelaySeconds: 3_600n,
  pinnedSetup: ZeroHash,
  guardian: ZeroAddress,
  nextOwner: ZeroAddress,
};

export interface AssayAddresses {
  readonly ceremonyBook: string;
  readonly coordinator: string;
  readonly coordinatorExtension: string;
  /** Zero address: the chain charges nothing for data. */
  readonly dataFee: string;
  readonly keyStore: string;
  readonly modelRegistry: string;
  readonly operatorRegistry: string;
  readonly zkVerifier: string;
}

/**
 * Deploys the contracts, the signer as owner, and says to them what the profile wants. Registers no model
 * and no operator.
 * @throws Error if the contracts are not compiled (`npm run build`).
 */
export async function deployAssay(parameters: {
  readonly signer: Signer;
  readonly profile?: DeploymentProfile;
}): Promise<AssayAddresses> {
  const { signer, profile = DEVELOPMENT_PROFILE } = parameters;
  const deployer = await signer.getAddress();
  const nonce = (await signer.getNonce()) + stepsBeforeCoordinator(profile);
  const coordinator = getCreateAddress({ from: deployer, nonce });
  const places: Partial<Record<Part, string>> = { coordinator };
  for (const { part, source, values } of stepsOf(profile)) {
    const parameters = values({ profile, deployer, places });
    places[part] = await deployContract(signer, source, parameters);
  }
  const addresses = addressesIn(places, profile);
  for (const { part, source, method, values } of settingsOf(profile)) {
    const contract = new Contract(addresses[part], readArtifact(source).abi, signer);
    const transaction = await contract.getFunction(method)(...values);
    await transaction.wait();
  }
  return addresses;
}

/** Every address by its part. */
export function addressesIn(
  places: Readonly<Partial<Record<Part, string>>>,
  profile: DeploymentProfile,
): AssayAddresses {
  const placeOf = (part: Part): string => {
    const place = places[part];
    if (place === undefined) throw new Error(`the deployment has no ${part}`);
    return place;
  };
  return {
    ceremonyBook: placeOf("ceremonyBook"),
    coordinator: placeOf("coordinator"),
    coordinatorExtension: placeOf("coordinatorExtension"),
    dataFee: profile.dataFee === OP_STACK ? placeOf("dataFee") : profile.dataFee,
    keyStore: placeOf("keyStore"),
    modelRegistry: placeOf("modelRegistry"),
    operatorRegistry: placeOf("operatorRegistry"),
    zkVerifier: placeOf("zkVerifier"),
  };
}

/**
 * Deploys one compiled contract and waits until it is mined.
 * @param source Path under contracts/ without `.sol`, for example `examples/DigitReader`.
 * @throws Error if it is not compiled (`npm run build`).
 */
export async function deployContract(
  signer: Signer,
  source: string,
  constructorArguments: readonly unknown[],
): Promise<string> {
  const { abi, bytecode } = readArtifact(source);
  const factory = new ContractFactory(abi, bytecode, signer);
  const contract = await factory.deploy(...constructorArguments);
  await contract.waitForDeployment();
  return contract.getAddress();
}

/** A compiled contract. */
export interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  readonly deployedBytecode: string;
  /** Where values that are fixed at construction stand in the deployed code, in bytes. */
  readonly immutableReferences: Readonly<
    Record<string, readonly { readonly start: number; readonly length: number }[]>
  >;
}

/**
 * @param source Path under contracts/ without `.sol`.
 * @throws Error if it is not compiled (`npm run build`).
 */
export function readArtifact(source: string): Artifact {
  const name = source.replace(/^.*\//, "");
  const path = join(ARTIFACTS, `${source}.sol`, `${name}.json`);
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Artifact;
  } catch (cause) {
    throw new Error(`contracts/${source}.sol is not compiled; run npm run build first`, { cause });
  }
}
