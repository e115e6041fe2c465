import type { RequestProgress } from "./request.ts";
import { wait } from "./rule.ts";
import { isSampled } from "./sampling.ts";
import type { NextStep, WaitReason } from "./steps.ts";
import type { View } from "./view.ts";

/**
 * Why this operator must not put his bond under an answer of this request; null if he may. All of
 * these may change while the request is open, but the first two hardly do.
 */
export function standingFault(request: RequestProgress, view: View): WaitReason | null {
  const { agreement, releaseId, requestId } = request;
  if (agreement !== null && agreement.grade < view.leastGrade) return "GradeTooLow";
  const judge = view.judges.get(releaseId);
  if (judge === undefined) return "JudgeUnchecked";
  if (judge !== null) return "JudgeRefused";
  return view.bondShort.has(requestId) ? "BondShort" : null;
}

/** Code of why a request should be given back that asks for a bond; null: no such reason. */
export function bondDeclineReason(
  request: RequestProgress,
  view: View,
  isLastChance: boolean,
): string | null {
  if (request.level !== "Optimistic") return null;
  const fault = standingFault(request, view);
  if (fault === "JudgeRefused") return view.judges.get(request.releaseId) ?? fault;
  // It is compared within seconds, or not at all in time.
  if (fault === "JudgeUnchecked") return isLastChance ? fault : null;
  return fault;
}

/** What is left to do, once the output is known, before an optimistic answer is sent. */
export function towardsStanding(request: RequestProgress, view: View): NextStep | null {
  const fault = standingFault(request, view);
  if (fault !== null) return wait(fault);
  if (request.isConfirmed === true) return null;
  if (request.isConfirmed === false) return { kind: "given up", code: "RerunMismatch" };
  return isSampled(request.requestId, view.rerun) ? { kind: "confirm" } : null;
}

/** Whether this operator is the one who may answer an open optimistic request now. */
export function isEntitled({ requestId, operatorId, primaryUntil }: RequestProgress, view: View) {
  if (view.head.timestamp < primaryUntil) return operatorId === view.operatorId;
  return view.fallbacks.get(requestId) === view.operatorId;
}
