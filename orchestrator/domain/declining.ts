import { bondDeclineReason } from "./optimistic.ts";
import type { RequestProgress } from "./request.ts";
import type { View } from "./view.ts";
import { isSpike, isWorthAnswering } from "./worth.ts";

/** Part of the primary window, from its start, in which declining is free; as in the contract. */
const DECLINABLE_PART = 3;
/** Blocks before the end of that part at which a fault that may pass is waited for no longer. */
const LAST_CHANCE_BLOCKS = 3;
/** Blocks an answer takes from being ready to being mined, with one to spare. */
const SETTLE_BLOCKS = 2;

/**
 * Why this operator should give back the request he was assigned while that is free: the code of
 * the reason. Null: it is not his, it can no longer be given back, or he can answer it.
 */
export function declineReason(request: RequestProgress, view: View): string | null {
  const { agreement, operatorId, failure } = request;
  const { head, blockSeconds } = view;
  if (agreement === null || operatorId !== view.operatorId) return null;
  const window = request.primaryUntil - agreement.assignedAt;
  const declinableUntil = agreement.assignedAt + Math.floor(window / DECLINABLE_PART);
  // A transaction of now stands in the next block at best.
  if (head.timestamp + blockSeconds >= declinableUntil) return null;
  if (failure !== null) return failure.code;
  const isLastChance = head.timestamp + LAST_CHANCE_BLOCKS * blockSeconds >= declinableUntil;
  const fault = faultCode(request, view, isLastChance);
  if (fault !== null) return fault;
  const bondFault = bondDeclineReason(request, view, isLastChance);
  if (bondFault !== null) return bondFault;
  if (isTooLate(request, view)) return "AnswerTooLate";
  return isUnderpaid(request, view) ? "PayTooLow" : null;
}

/** Code of what keeps this request's answer from being made; null for an answer that is made. */
export function faultCode(
  { releaseId, level, hasOutput, hasProof }: RequestProgress,
  { faults, standstill }: View,
  isPassingCounted: boolean,
): string | null {
  if (hasOutput && (hasProof || level === "Optimistic")) return null;
  const fault = faults.get(releaseId);
  if (fault?.isLasting === true) return fault.code;
  return isPassingCounted ? (fault?.code ?? standstill) : null;
}

/** Whether the answer would be mined only after the primary window. */
function isTooLate(request: RequestProgress, view: View): boolean {
  const { head, blockSeconds } = view;
  const work = view.secondsToAnswer.get(request.requestId);
  if (work === undefined || request.seen === null) return false;
  const depth = view.settleDepth - (head.number - request.seen.number);
  const ready = Math.max(work, depth * blockSeconds);
  return head.timestamp + ready + SETTLE_BLOCKS * blockSeconds > request.primaryUntil;
}

/** Gas that costs more than the requester allows may fall again, and excuses who waits for it. */
function isUnderpaid(request: RequestProgress, view: View): boolean {
  const { agreement } = request;
  if (agreement === null || view.market === null || isSpike(agreement, view.market)) return false;
  return isWorthAnswering(request, view) === false;
}
