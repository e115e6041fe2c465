import { ZeroAddress } from "ethers";

import { OP_STACK, type DeploymentProfile } from "./profile.ts";

/** A contract by what it is in a deployment. */
export type Part =
  | "dataFee"
  | "keyStore"
  | "zkVerifier"
  | "ceremonyBook"
  | "modelRegistry"
  | "operatorRegistry"
  | "coordinatorExtension"
  | "coordinator";

/** What a deployment is made of: addresses, or what stands for them until they are known. */
export interface Made {
  readonly profile: DeploymentProfile;
  /** First owner of what has one. */
  readonly deployer: unknown;
  readonly places: Readonly<Partial<Record<Part, unknown>>>;
}

/** One contract of a deployment. */
export interface Step {
  readonly part: Part;
  /** Path under contracts/ without `.sol`. */
  readonly source: string;
  /** What its constructor gets; `places` has every part of an earlier step, and the coordinator. */
  readonly values: (made: Made) => readonly unknown[];
}

const DATA_FEE: Step = { part: "dataFee", source: "fees/OpStackDataFee", values: () => [] };

const STEPS: readonly Step[] = [
  {
    part: "keyStore",
    source: "KeyStore",
    values: ({ profile }) => [profile.pinnedSetup],
  },
  {
    part: "zkVerifier",
    source: "ZkVerifier",
    values: ({ places }) => [places.keyStore],
  },
  {
    part: "ceremonyBook",
    source: "CeremonyBook",
    values: ({ profile, deployer }) => [deployer, profile.recognitionDelaySeconds],
  },
  {
    part: "modelRegistry",
    source: "ModelRegistry",
    values: ({ profile, places }) => [
      places.keyStore,
      places.ceremonyBook,
      profile.leastAnswerBond,
      profile.leastKeyGrade,
    ],
  },
  {
    part: "operatorRegistry",
    source: "OperatorRegistry",
    // Registry and coordinator name each other for ever, so the second's address is told beforehand.
    values: ({ profile, places }) => [
      profile.asset,
      profile.minBond,
      profile.unbondingSeconds,
      places.modelRegistry,
      places.coordinator,
    ],
  },
  {
    part: "coordinatorExtension",
    source: "CoordinatorExtension",
    values: (made) => [coordinatorConfig(made)],
  },
  {
    part: "coordinator",
    source: "InferenceCoordinator",
    values: (made) => [coordinatorConfig(made), made.places.coordinatorExtension],
  },
];

/** Contracts in the order they are deployed in, one transaction of the deployer for each. */
export function stepsOf(profile: DeploymentProfile): readonly Step[] {
  return profile.dataFee === OP_STACK ? [DATA_FEE, ...STEPS] : STEPS;
}

/** Transactions of the deployer before the one that makes the coordinator. */
export function stepsBeforeCoordinator(profile: DeploymentProfile): number {
  return stepsOf(profile).findIndex(({ part }) => part === "coordinator");
}

/** `CoordinatorConfig`, field by field in its order. */
export function coordinatorConfig({ profile, deployer, places }: Made) {
  return {
    owner: deployer,
    asset: profile.asset,
    modelRegistry: places.modelRegistry,
    operatorRegistry: places.operatorRegistry,
    verifiers: [places.zkVerifier, ZeroAddress, places.zkVerifier],
    dataFee: profile.dataFee === OP_STACK ? places.dataFee : profile.dataFee,
    changeDelaySeconds: profile.changeDelaySeconds,
    retrySeconds: profile.retrySeconds,
    challengeWindowSeconds: profile.challengeWindowSeconds,
    proofSeconds: profile.proofSeconds,
    protocolFeeBps: profile.protocolFeeBps,
    feeReceiver: profile.feeReceiver,
  };
}

/** A call of the deployer after all contracts are there. */
export interface Setting {
  readonly part: Part;
  /** Contract or interface that has the method; path under contracts/ without `.sol`. */
  readonly source: string;
  readonly method: string;
  readonly values: readonly string[];
}

/** What is said to the contracts once they are there. */
export function settingsOf({ guardian, nextOwner }: DeploymentProfile): readonly Setting[] {
  const settings: Setting[] = [];
  if (guardian !== ZeroAddress) {
    const source = "interfaces/IVerifierRouter";
    settings.push({ part: "coordinator", source, method: "setGuardian", values: [guardian] });
  }
  if (nextOwner !== ZeroAddress) {
    const offer = { method: "transferOwnership", values: [nextOwner] };
    settings.push({ part: "coordinator", source: "InferenceCoordinator", ...offer });
    settings.push({ part: "ceremonyBook", source: "CeremonyBook", ...offer });
  }
  return settings;
}
