import type { EndStatus, RequestProgress } from "./request.ts";

/** What the node knows when it decides. */
export interface View {
  readonly operatorId: bigint;
  /** Newest journaled block; time in seconds. */
  readonly head: { readonly number: number; readonly timestamp: number };
  /** Newest block under the finalised tag; −1 while the RPC names none. */
  readonly finalNumber: number;
  /** Blocks that must stand on top of the request's block before settlement; 0 = none. */
  readonly settleDepth: number;
  /** Whether to answer Zk and Tee requests of others once their primary window is over. */
  readonly fallback: boolean;
}

/** Why nothing can be done right now. */
export type WaitReason =
  | "BlockRolledBack"
  | "AssignedToOther"
  | "TransactionPending"
  | "DepthNotReached"
  | "LevelNotServed";

export type NextStep =
  | { readonly kind: "infer" }
  | { readonly kind: "prove" }
  | { readonly kind: "fulfill" }
  | { readonly kind: "wait"; readonly reason: WaitReason }
  | { readonly kind: "given up"; readonly code: string }
  | { readonly kind: "ended"; readonly status: EndStatus; readonly isFinal: boolean };

/** The one place that says what a request needs next; a pure function of journal and chain. */
export function nextStep(request: RequestProgress, view: View): NextStep {
  const { ending, seen } = request;
  if (ending !== null) {
    const isFinal = ending.block.number <= view.finalNumber;
    return { kind: "ended", status: ending.status, isFinal };
  }
  const isOver = view.head.timestamp >= request.deadline;
  // Work on a rolled-back request is kept, not continued: its next block may assign it elsewhere.
  if (seen === null && !isOver) return { kind: "wait", reason: "BlockRolledBack" };
  if (request.transactionId !== null) return { kind: "wait", reason: "TransactionPending" };
  if (request.failure !== null) return { kind: "given up", code: request.failure.code };
  if (seen === null || isOver) return { kind: "given up", code: "DeadlinePassed" };
  if (request.level !== "Zk") return { kind: "wait", reason: "LevelNotServed" };
  if (!mayAnswer(request, view)) return { kind: "wait", reason: "AssignedToOther" };
  if (!request.hasOutput) return { kind: "infer" };
  if (!request.hasProof) return { kind: "prove" };
  if (view.head.number - seen.number < view.settleDepth) {
    return { kind: "wait", reason: "DepthNotReached" };
  }
  return { kind: "fulfill" };
}

function mayAnswer(request: RequestProgress, view: View): boolean {
  if (request.operatorId === view.operatorId) return true;
  return view.fallback && view.head.timestamp >= request.primaryUntil;
}

const WAIT_SENTENCES: Readonly<Record<WaitReason, string>> = {
  BlockRolledBack: "A re-org took the request's block off the chain; it waits to be seen again.",
  AssignedToOther: "The request is assigned to another operator whose primary window is open.",
  TransactionPending: "The settlement is sent and waits for its block.",
  DepthNotReached: "The answer is ready; the request's block is not yet deep enough to settle.",
  LevelNotServed: "This node does not serve the request's level.",
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
