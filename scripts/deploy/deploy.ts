import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  ContractFactory,
  getCreateAddress,
  ZeroAddress,
  ZeroHash,
  type InterfaceAbi,
  type Signer,
} from "ethers";

const ARTIFACTS = resolve(import.meta.dirname, "../../artifacts/contracts");

/** Numbers a deployment is made with; none of them can change later. */
export interface DeploymentProfile {
  /** Token all money is in; zero address: the chain's coin. */
  readonly asset: string;
  /** Least bond of a serving operator, in the asset's smallest unit. */
  readonly minBond: bigint;
  /** Longer than the 30 days a request may live. */
  readonly unbondingSeconds: bigint;
  /** Time between a change of verifier or coordinator and its effect. */
  readonly changeDelaySeconds: bigint;
  /** Time in which anyone may retry a failed callback. */
  readonly retrySeconds: bigint;
  /** Time after an optimistic answer in which it can be disputed. */
  readonly challengeWindowSeconds: bigint;
  /** Time to prove a challenged answer, once for each open challenge of its operator. */
  readonly proofSeconds: bigint;
  /** Contract that tells a rollup's data fee (`IDataFee`); zero address: none. */
  readonly dataFee: string;
  /** On top of each price, in 1/10,000, and who gets it; 0: none. */
  readonly protocolFeeBps: bigint;
  readonly feeReceiver: string;
  /** Least bond behind an optimistic answer, a short amount (`isShortAmount`); a fifth of it must pay for
   * a proof and its gas. */
  readonly leastAnswerBond: bigint;
  /** Least grade of a key that judges optimistic answers: 0 in development only. */
  readonly leastJudgeGrade: bigint;
  /** Time between the proposal of a ceremony's contributor and his recognition. */
  readonly recognitionDelaySeconds: bigint;
  /** keccak256(alpha, beta, gamma) that verifying keys must have; zero: any, development only. */
  readonly pinnedSetup: string;
}

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
  leastJudgeGrade: 0n,
  recognitionDelaySeconds: 3_600n,
  pinnedSetup: ZeroHash,
};

export interface AssayAddresses {
  readonly ceremonyBook: string;
  readonly coordinator: string;
  readonly modelRegistry: string;
  readonly operatorRegistry: string;
  readonly zkVerifier: string;
}

/**
 * Deploys the contracts, the signer as owner. Registers no model and no operator.
 * @throws Error if the contracts are not compiled (`npm run build`).
 */
export async function deployAssay(parameters: {
  readonly signer: Signer;
  readonly profile?: DeploymentProfile;
}): Promise<AssayAddresses> {
  const { signer, profile = DEVELOPMENT_PROFILE } = parameters;
  const zkVerifier = await deployContract(signer, "ZkVerifier", [profile.pinnedSetup]);
  const from = await signer.getAddress();
  const ceremonyBook = await deployContract(signer, "CeremonyBook", [
    from,
    profile.recognitionDelaySeconds,
  ]);
  const modelRegistry = await deployContract(signer, "ModelRegistry", [
    zkVerifier,
    ceremonyBook,
    profile.leastAnswerBond,
    profile.leastJudgeGrade,
  ]);
  // Registry and coordinator name each other for ever, so the second's address is told beforehand.
  const nonce = (await signer.getNonce()) + 2;
  const operatorRegistry = await deployContract(signer, "OperatorRegistry", [
    profile.asset,
    profile.minBond,
    profile.unbondingSeconds,
    modelRegistry,
    getCreateAddress({ from, nonce }),
  ]);
  const config = {
    owner: from,
    asset: profile.asset,
    modelRegistry,
    operatorRegistry,
    verifiers: [zkVerifier, ZeroAddress, zkVerifier],
    dataFee: profile.dataFee,
    changeDelaySeconds: profile.changeDelaySeconds,
    retrySeconds: profile.retrySeconds,
    challengeWindowSeconds: profile.challengeWindowSeconds,
    proofSeconds: profile.proofSeconds,
    protocolFeeBps: profile.protocolFeeBps,
    feeReceiver: profile.feeReceiver,
  };
  const extension = await deployContract(signer, "CoordinatorExtension", [config]);
  const coordinator = await deployContract(signer, "InferenceCoordinator", [config, extension]);
  return { ceremonyBook, coordinator, modelRegistry, operatorRegistry, zkVerifier };
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

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

function readArtifact(source: string): Artifact {
  const name = source.replace(/^.*\//, "");
  const path = join(ARTIFACTS, `${source}.sol`, `${name}.json`);
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Artifact;
  } catch (cause) {
    throw new Error(`contracts/${source}.sol is not compiled; run npm run build first`, { cause });
  }
}
