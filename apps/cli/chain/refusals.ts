import { formatTime } from "./formatTime.ts";

type Values = readonly string[];
type NextStep = string | ((values: Values) => string);

/** What to do about a contract's error; amounts are in the asset's smallest unit. */
const NEXT_STEPS: Readonly<Record<string, NextStep>> = {
  // Operators
  OperatorAlreadyRegistered: "This key's operator exists: go on with assay operator status.",
  OperatorUnknown: "Register first: assay operator register; or name another with --operator.",
  NotOwner:
    "Use the key of its owner (assay operator status), or register: assay operator register.",
  NotNextOwner: "Ask its owner to hand it over to you: assay operator hand-over ADDRESS.",
  NotOperatorOwner: "Only the owner may; a sender's key withdraws to the payout address alone.",
  NotBonded: "Bond first: assay operator bond.",
  BondTooLow: ([, bond, minimum]) =>
    `The bond is ${bond}, and ${minimum} is the least; add to it with assay operator bond.`,
  StillServing: "Leave every list first: assay operator serve RELEASE --stop.",
  AlreadyUnbonding: ([, until]) => `Withdraw that part first; it is free at ${time(until)}.`,
  NothingUnbonding: "Start with assay operator unbond AMOUNT.",
  UnbondingNotOver: ([, until]) => `Come back at ${time(until)}.`,
  NothingOwed: "The coordinator has all that is its accounts': nothing is left to do.",
  OwedNotSent:
    "The token lets nothing go: it is paused, or refuses one of the contracts. Come back later.",
  SenderAlreadyAdded: "Nothing is left to do.",
  SenderUnknown: "Check the address; assay operator sender add lets it act.",
  NotServing: "Enter the list first: assay operator serve RELEASE.",
  PriceTooHigh: "Lower the prices per unit: assay operator price.",
  AmountNotShort: "Contracts keep a number up to 1023 and zeros: round it.",
  MaxBondTooLow: ([, needed]) =>
    `One answer may lock ${needed}: raise --max-bond, or lower prices.`,
  OperatorIdReserved: "Register with another key.",
  DeclinedTooOften: ([, until]) => `Enter the list again after ${time(until)}.`,
  // Models and releases
  ModelUnknown: "Check the model id; assay publish prints it.",
  NotPublisher: "Use its publisher's key; for a model that was handed over, take it over first.",
  NotNextPublisher: "Ask its publisher to hand it over to you: assay model hand-over.",
  ReleaseUnknown: "Check the release id; assay publish prints it.",
  ReleaseIsRetired: "Its publisher retired it; choose a newer release.",
  ReleaseGradeTooLow: ([grade, needed]) =>
    `${grade} recognised contributors signed for the key, a judge needs ${needed}: record more, or lower --min-grade.`,
  // Keys and their ceremonies
  KeyOfOtherSetup: ([, pinned]) =>
    `This deployment takes keys of the setup ${pinned}: hold a ceremony with its powers of tau.`,
  KeyWithoutContribution: "Anybody could forge under this key: assay ceremony contribute.",
  ContributorNotRecognised: "Ask the owner of the CeremonyBook to propose him, and wait its delay.",
  ContributorAlreadyRecorded: "Nothing is left to do.",
  ContributionAlreadyRecorded: ([, , contributor]) =>
    `${contributor} signed for the same contribution: one of them did not make it.`,
  // Requests
  WindowOpen: ([, end]) =>
    `An answer can be disputed, or a challenge answered, until ${time(end)}.`,
  WindowClosed: "The answer is final, or its challenge is over: assay result ID.",
  AlreadyChallenged: "Once is enough: wait for its proof, or give it with assay escalate ID.",
  NotChallenged: "Ask for a proof first: assay challenge ID.",
  SameOutput: "The answer is right: assay escalate ID proves it.",
  OtherOutput: "The answer is wrong: assay overturn ID takes its bond.",
  OverturnNotCommitted: "The commitment was for another answer or is too new; run it again.",
  VerifierNotRevoked:
    "Only a request whose verifier was revoked fails; wait for its answer or its end.",
  AnswerMismatch: "The answer changed meanwhile, or the request has ended: assay result ID.",
  VerifierIsRevoked: "Its judge was revoked, so it ends as Failed and the payer is refunded.",
  NoOperator:
    "No operator drawn takes it: raise --max-gas-price, lower --callback-gas, or try again later.",
  LevelUnsupported: "Choose another --level: this release cannot be asked at this one.",
  InputLengthWrong: ([given, expected]) =>
    `The input has ${given} bytes, the release takes exactly ${expected}.`,
  FeeTooLow: ([, fee]) => `It may cost ${fee}: raise --max-fee, or leave it out.`,
  BalanceTooLow: ([, balance, needed]) =>
    `${balance} is there, ${needed} is needed: assay account deposit.`,
  AllowanceTooLow: ([payer]) => `Ask ${payer} to raise it: assay account allow.`,
  EarningsTooLow: ([, earnings]) => `${earnings} is there; leave the amount out to take it all.`,
  CallbackGasTooHigh: ([, most]) => `Lower --callback-gas to at most ${most}.`,
  DeadlineTooSoon: ([, earliest]) =>
    `Give a longer --deadline: ${time(earliest)} at the earliest, two primary windows from now.`,
  DeadlineTooLate: ([, latest]) => `Give a shorter --deadline: ${time(latest)} at the latest.`,
  CallbackFailedAgain: "It reverted with the last value: mend the contract, or raise --gas.",
  CallbackAlreadyDelivered: "Nothing is left to do.",
  CallbackAbsent:
    "The requester is no contract, its callback comes later, or it was never told anything: nothing to retry.",
  CallbackGasTooLow: ([, least]) => `Its terms ask for ${least} at least: raise --gas.`,
  RetryClosed: ([, until]) =>
    `Only the requester may since ${time(until)}, in a transaction of its own.`,
  DeadlineNotPassed: ([, deadline]) => `An operator may answer until ${time(deadline)}.`,
  TermUnsupported: "Leave this term out: it does not belong to the level or the asset.",
  GradeTooLow: ([grade]) => `The release's key has grade ${grade}: lower --min-grade.`,
  CoordinatorClosed: "This coordinator takes no new requests; ask its successor.",
  StatusWrong: "See what became of it: assay result ID.",
  AssignmentMismatch: "The request changed meanwhile; run it again.",
};

/** Errors that have a next step of their own. */
export const KNOWN_REFUSALS: readonly string[] = Object.keys(NEXT_STEPS);

const ASK_FOR_HELP = "Read about it in contracts/interfaces, beside the error's declaration.";

/** What a user does about a contract's error. */
export function nextStep(errorName: string, values: Values): string {
  const next = Object.hasOwn(NEXT_STEPS, errorName) ? NEXT_STEPS[errorName] : undefined;
  if (next === undefined) return ASK_FOR_HELP;
  return typeof next === "string" ? next : next(values);
}

function time(second: string | undefined): string {
  return formatTime(BigInt(second ?? "0"));
}
