import { sentenceOf } from "./errors.ts";
import type { EndStatus } from "./request.ts";

/** Why nothing can be done right now. */
export type WaitReason =
  | "BlockRolledBack"
  | "AssignedToOther"
  | "TransactionPending"
  | "DepthNotReached"
  | "LevelNotServed"
  | "VerifierRevoked"
  | "GasAboveTerms"
  | "GasUnknown"
  | "FallbackUnpaid"
  | "FallbackUnable"
  | "ExpiryTurn"
  | "JudgeUnchecked"
  | "JudgeRefused"
  | "GradeTooLow"
  | "BondShort"
  | "WindowOpen"
  | "AnsweredByOther"
  | "AnswerChecked"
  | "CommitmentYoung"
  | "OverturnUnpaid"
  | "ProofDeadlinePassed"
  | "AnswerDisowned";

/** Steps that are transactions and need no word beside their name. */
const SENT = [
  "fulfill",
  "expire",
  "fail",
  "finalize",
  "escalate",
  "failAnswered",
  "commitOverturn",
  "overturn",
  "challenge",
  "closeChallenge",
] as const;

type Sent = (typeof SENT)[number];

/** Steps that somebody computes: workers the first three, the node itself `confirm`. */
type Computed = "infer" | "prove" | "refute" | "confirm";

/** What a request needs next. `decline` is a transaction as well. */
export type NextStep =
  | { readonly kind: Computed }
  | { readonly kind: Sent }
  | { readonly kind: "decline"; readonly code: string }
  | { readonly kind: "wait"; readonly reason: WaitReason }
  | { readonly kind: "given up"; readonly code: string }
  | { readonly kind: "ended"; readonly status: EndStatus; readonly isFinal: boolean };

const WAIT_SENTENCES: Readonly<Record<WaitReason, string>> = {
  BlockRolledBack: "A re-org took the request's block off the chain; it waits to be seen again.",
  AssignedToOther: "The request is assigned to another operator whose primary window is open.",
  TransactionPending: "A transaction about the request is sent and waits for its block.",
  DepthNotReached: "The answer is ready; the request's block is not yet deep enough to settle.",
  LevelNotServed: "This node does not serve the request's level.",
  VerifierRevoked: "The verifier was revoked: the request can only fail, with a full refund.",
  GasAboveTerms:
    "The answer is ready; it waits for gas to fall below what the requester pays, which excuses it.",
  GasUnknown: "The assigned operator is late; what gas costs is not known yet.",
  FallbackUnpaid: "The assigned operator is late, but the request does not pay for its gas now.",
  FallbackUnable: "The assigned operator is late, but this node cannot answer in time either.",
  ExpiryTurn: "The deadline passed; the request expires soon, other nodes have their turn first.",
  JudgeUnchecked:
    "The answer waits until the key that would judge it is compared with its circuit.",
  JudgeRefused: "The key that would judge the answer is not one this node puts a bond under.",
  GradeTooLow: "The key that would judge the answer has a lower grade than this operator asks for.",
  BondShort: "The answer waits for free bond: earlier answers lock what the operator has.",
  WindowOpen: "The answer is sent; it becomes final when its window is over, unless disputed.",
  AnsweredByOther: "Another operator answered; this node does not watch that answer.",
  AnswerChecked: "Another operator answered, and this node computed the same output.",
  CommitmentYoung: "The overturn is committed to; it is sent in a later block than the commitment.",
  OverturnUnpaid:
    "The standing answer is wrong, but overturning it costs more gas than it earns now.",
  ProofDeadlinePassed: "The proof that was asked for did not come in time; the bond is lost.",
  AnswerDisowned: "This operator's answer is not what this node computes; it cannot be proven.",
};

const COMPUTED_SENTENCES: Readonly<Record<Computed, string>> = {
  infer: "The request waits for an infer worker.",
  prove: "The output is known; the request waits for a prove worker.",
  refute: "The standing answer is wrong; the right output waits for a prove worker.",
  confirm: "The output is computed a second time, by the reference interpreter, before it is used.",
};

const SENT_SENTENCES: Readonly<Record<Sent, string>> = {
  fulfill: "The answer is ready and is sent next.",
  expire: "The deadline passed; the request is expired next.",
  fail: "The verifier was revoked; the request is ended next, with a full refund.",
  finalize: "The window is over; the answer is made final next.",
  escalate: "The challenged answer is proven; the proof is sent next.",
  failAnswered: "The judge was revoked; the request is ended next, with all bonds returned.",
  commitOverturn:
    "The standing answer is wrong, and that is proven; the overturn is committed to next.",
  overturn: "The standing answer is wrong; it is overturned next.",
  challenge: "The answer cannot be checked here; a proof of it is asked for next.",
  closeChallenge: "No proof came in time; the challenged answer is brought down next.",
};

/** One sentence for `assay node status --why`. */
export function explain(step: NextStep): string {
  if (isSent(step)) return SENT_SENTENCES[step.kind];
  switch (step.kind) {
    case "decline":
      return `The request is given back next: ${step.code}. ${sentenceOf(step.code)}`.trimEnd();
    case "wait":
      return WAIT_SENTENCES[step.reason];
    case "given up":
      return `This node gave the request up: ${step.code}.`;
    case "ended":
      break;
    default:
      return COMPUTED_SENTENCES[step.kind];
  }
  return step.isFinal
    ? `The request is ${step.status}, and its block is final.`
    : `The request is ${step.status} in a mined block that is not final yet.`;
}

/** Whether the step is a transaction that its name says all of. */
export function isSent(step: NextStep): step is { readonly kind: Sent } {
  return SENT.some((kind) => kind === step.kind);
}

/** All kinds a request that has not ended can be counted under. */
export const STEP_KINDS: readonly NextStep["kind"][] = [
  "infer",
  "prove",
  "refute",
  "confirm",
  ...SENT,
  "decline",
  "wait",
  "given up",
];
