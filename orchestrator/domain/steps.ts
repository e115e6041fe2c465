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
  | "ExpiryTurn";

/** What a request needs next. `decline`, `expire`, `fail` and `fulfill` are transactions. */
export type NextStep =
  | { readonly kind: "infer" }
  | { readonly kind: "prove" }
  | { readonly kind: "fulfill" }
  | { readonly kind: "decline"; readonly code: string }
  | { readonly kind: "expire" }
  | { readonly kind: "fail" }
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
};

/** One sentence for `assay node status --why`. */
export function explain(step: NextStep): string {
  switch (step.kind) {
    case "infer":
      return "The request waits for an infer worker.";
    case "prove":
      return "The output is known; the request waits for a prove worker.";
    case "fulfill":
      return "The answer is proven and is sent next.";
    case "decline":
      return `The request is given back next: ${step.code}. ${sentenceOf(step.code)}`.trimEnd();
    case "expire":
      return "The deadline passed; the request is expired next.";
    case "fail":
      return "The verifier was revoked; the request is ended next, with a full refund.";
    case "wait":
      return WAIT_SENTENCES[step.reason];
    case "given up":
      return `This node gave the request up: ${step.code}.`;
    case "ended":
      break;
  }
  return step.isFinal
    ? `The request is ${step.status}, and its block is final.`
    : `The request is ${step.status} in a mined block that is not final yet.`;
}
