import { isAddress, isHexString, ZeroAddress, ZeroHash } from "ethers";

import { DEVELOPMENT_PROFILE } from "./deploy.ts";
import { OP_STACK, type DeploymentProfile } from "./profile.ts";

const ETHER = 10n ** 18n;
const HOUR = 3_600n;
const DAY = 24n * HOUR;

/** What every deployment of value chooses for itself, as nobody else can. */
type Chosen = "pinnedSetup" | "guardian" | "nextOwner";

/** On a chain whose blocks many parties make: a transaction is late by minutes, hardly by hours. */
const L1: Omit<DeploymentProfile, Chosen> = {
  asset: ZeroAddress,
  minBond: 2n * ETHER,
  unbondingSeconds: 32n * DAY,
  changeDelaySeconds: 7n * DAY,
  retrySeconds: HOUR,
  challengeWindowSeconds: 4n * HOUR,
  proofSeconds: 2n * HOUR,
  dataFee: ZeroAddress,
  protocolFeeBps: 0n,
  feeReceiver: ZeroAddress,
  // A fifth is 500,000 gas at 100 gwei.
  leastAnswerBond: ETHER / 4n,
  leastKeyGrade: 3n,
  recognitionDelaySeconds: 7n * DAY,
};

/** On a rollup of the OP stack: its one sequencer can leave a transaction out for twelve hours, then it
 * comes in through L1. Whoever disputes an answer, or proves a challenged one, gets twice that. */
const L2: Omit<DeploymentProfile, Chosen> = {
  ...L1,
  minBond: ETHER / 2n,
  unbondingSeconds: 34n * DAY,
  retrySeconds: DAY,
  challengeWindowSeconds: DAY,
  proofSeconds: DAY,
  dataFee: OP_STACK,
  // Gas is cheap here; what is left to pay for is the proof.
  leastAnswerBond: ETHER / 20n,
};

const PRODUCTION = { l1: L1, l2: L2 } as const;

export const PROFILE_NAMES = ["development", "l1", "l2"] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** What a production profile has to be told. */
export interface ProductionChoices {
  /** keccak256(alpha, beta, gamma) of the public powers-of-tau file; never zero. */
  readonly pinnedSetup?: string;
  /** Who may stop new requests; never zero. */
  readonly guardian?: string;
  /** Who owns the contracts after he accepted, a multisig for example; never zero nor the guardian. */
  readonly nextOwner?: string;
}

/** Why there is no such profile; the message names what is to be given. */
export class ProfileError extends Error {
  readonly field: keyof ProductionChoices;

  constructor(field: keyof ProductionChoices, message: string) {
    super(message);
    this.name = "ProfileError";
    this.field = field;
  }
}

/**
 * The numbers a deployment is made with.
 * @param choices Not for `development`, which takes any key and leaves the deployer alone in charge.
 * @throws ProfileError if one of them is missing, zero, or makes no sense
 */
export function profileOf(name: ProfileName, choices: ProductionChoices = {}): DeploymentProfile {
  if (name === "development") {
    const [given] = Object.keys(choices) as (keyof ProductionChoices)[];
    if (given === undefined) return DEVELOPMENT_PROFILE;
    throw new ProfileError(given, `The development profile takes no ${given}; leave it out.`);
  }
  const pinnedSetup = requireSetup(choices.pinnedSetup);
  const guardian = requireAccount("guardian", choices.guardian);
  const nextOwner = requireAccount("nextOwner", choices.nextOwner);
  if (BigInt(guardian) === BigInt(nextOwner)) {
    const message =
      "Guardian and next owner are one account; the guardian's key is the hotter one.";
    throw new ProfileError("guardian", message);
  }
  return { ...PRODUCTION[name], pinnedSetup, guardian, nextOwner };
}

function requireSetup(setup: string = ZeroHash): string {
  if (isHexString(setup, 32) && BigInt(setup) !== 0n) return setup;
  const message =
    `${setup} pins no setup: anyone could then register a key he knows the secret of. Give ` +
    "keccak256(alpha, beta, gamma) of the public powers-of-tau file, 32 bytes that are not zero.";
  throw new ProfileError("pinnedSetup", message);
}

function requireAccount(field: "guardian" | "nextOwner", account: string = ZeroAddress): string {
  if (isAddress(account) && BigInt(account) !== 0n) return account;
  throw new ProfileError(field, `${account} is no ${field}; give the address of an account.`);
}
