import type { RequestProgress } from "./request.ts";
import { isRevoked, wait, type Rules } from "./rule.ts";
import type { NextStep } from "./steps.ts";
import type { View } from "./view.ts";
import { asWatcher } from "./watching.ts";

/** An optimistic answer stands and nobody asked for a proof of it. */
export const ANSWERED: Rules = {
  first: [whileInFlight, onceRevoked, onceOver, whileOwn, asWatcher],
  otherwise: () => wait("AnsweredByOther"),
};

/** Somebody asked for a proof of the answer that stands. */
export const CHALLENGED: Rules = {
  first: [whileInFlight, onceRevoked, onceUnproven, asDefender, asWatcher],
  otherwise: () => wait("AnsweredByOther"),
};

/** What a mined transaction did is in the journal as soon as its block is. */
function whileInFlight({ inFlightId }: RequestProgress): NextStep | null {
  return inFlightId === null ? null : wait("TransactionPending");
}

/** Ending it returns bonds, so who has one in it does it. */
function onceRevoked(request: RequestProgress, view: View): NextStep | null {
  if (!isRevoked(request, view)) return null;
  const hasBond = isOwn(request, view) || isChallenger(request, view);
  return hasBond ? { kind: "failAnswered" } : wait("VerifierRevoked");
}

function onceOver(request: RequestProgress, view: View): NextStep | null {
  if (!isOver(request, view)) return null;
  return isOwn(request, view) ? { kind: "finalize" } : wait("AnsweredByOther");
}

function whileOwn(request: RequestProgress, view: View): NextStep | null {
  return isOwn(request, view) ? wait("WindowOpen") : null;
}

function onceUnproven(request: RequestProgress, view: View): NextStep | null {
  if (!isOver(request, view)) return null;
  if (isChallenger(request, view)) return { kind: "closeChallenge" };
  return wait(isOwn(request, view) ? "ProofDeadlinePassed" : "AnsweredByOther");
}

/** Whatever failed before is tried again until the deadline: the bond is at stake. */
function asDefender(request: RequestProgress, view: View): NextStep | null {
  const { answer, hasOutput, hasProof } = request;
  if (!isOwn(request, view)) return null;
  if (!hasOutput) return { kind: "infer" };
  if (answer?.isRight === false) return wait("AnswerDisowned");
  return { kind: hasProof ? "escalate" : "prove" };
}

/** Whether a proof of this operator's own answer is being waited for, by a deadline. */
export function isDefending(request: RequestProgress, view: View): boolean {
  const { answer, ending } = request;
  return ending === null && answer !== null && answer.challenger !== null && isOwn(request, view);
}

function isOwn({ answer }: RequestProgress, { operatorId }: View): boolean {
  return answer?.operatorId === operatorId;
}

function isChallenger({ answer }: RequestProgress, { account }: View): boolean {
  return answer?.challenger === account;
}

function isOver({ answer }: RequestProgress, { head }: View): boolean {
  return answer !== null && head.timestamp >= answer.until;
}
