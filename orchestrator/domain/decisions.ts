import { ANSWERED, CHALLENGED } from "./answered.ts";
import { declineReason, faultCode } from "./declining.ts";
import { isEntitled, towardsStanding } from "./optimistic.ts";
import type { RequestProgress } from "./request.ts";
import { isRevoked, wait, type Rules } from "./rule.ts";
import type { NextStep } from "./steps.ts";
import type { View } from "./view.ts";
import { isSpike, isWorthAnswering, isWorthExpiring } from "./worth.ts";

/** Nodes that would all expire the same request take turns, a block each. */
const EXPIRY_TURNS = 8n;

/** States of a request that has not ended; an unanswered one is `Open`. */
type State = "Open" | "Answered" | "Challenged";

const RULES: Readonly<Record<State, Rules>> = {
  Open: {
    first: [
      whileUnseen,
      whilePending,
      onceRevoked,
      onceOverdue,
      atOtherLevels,
      whileDeclinable,
      onceGivenUp,
      asFallback,
      towardsAnswer,
    ],
    otherwise: towardsFulfilment,
  },
  Answered: ANSWERED,
  Challenged: CHALLENGED,
};

/** The one place that says what a request needs next; a pure function of journal and chain. */
export function nextStep(request: RequestProgress, view: View): NextStep {
  const { ending } = request;
  if (ending !== null) {
    const isFinal = ending.block.number <= view.finalNumber;
    return { kind: "ended", status: ending.status, isFinal };
  }
  const { first, otherwise } = RULES[stateOf(request)];
  for (const rule of first) {
    const step = rule(request, view);
    if (step !== null) return step;
  }
  return otherwise(request, view);
}

function stateOf({ answer }: RequestProgress): State {
  if (answer === null) return "Open";
  return answer.challenger === null ? "Answered" : "Challenged";
}

/** Work on a rolled-back request is kept, not continued: its next block may assign it elsewhere. */
function whileUnseen(request: RequestProgress, view: View): NextStep | null {
  if (request.seen !== null) return null;
  if (!isOverdue(request, view)) return wait("BlockRolledBack");
  return request.transactionId === null ? passedBy(request) : null;
}

function whilePending({ transactionId }: RequestProgress): NextStep | null {
  return transactionId === null ? null : wait("TransactionPending");
}

/** Ending it costs gas and earns nothing, so it is left to whose duty it was. */
function onceRevoked(request: RequestProgress, view: View): NextStep | null {
  if (!isRevoked(request, view)) return null;
  return request.operatorId === view.operatorId ? { kind: "fail" } : wait("VerifierRevoked");
}

function onceOverdue(request: RequestProgress, view: View): NextStep | null {
  if (!isOverdue(request, view)) return null;
  if (!isWorthExpiring(request, view)) return passedBy(request);
  const turn = request.operatorId === view.operatorId ? 0 : turnOf(request, view);
  const isTurn = view.head.timestamp >= request.deadline + turn * view.blockSeconds;
  return isTurn ? { kind: "expire" } : wait("ExpiryTurn");
}

function atOtherLevels({ level }: RequestProgress): NextStep | null {
  return level === "Tee" ? wait("LevelNotServed") : null;
}

function whileDeclinable(request: RequestProgress, view: View): NextStep | null {
  const code = declineReason(request, view);
  return code === null ? null : { kind: "decline", code };
}

function onceGivenUp({ failure }: RequestProgress): NextStep | null {
  return failure === null ? null : { kind: "given up", code: failure.code };
}

/** Others' requests: only after their window, if that pays, and at Optimistic only who is drawn. */
function asFallback(request: RequestProgress, view: View): NextStep | null {
  const { head, fallback } = view;
  const isDrawn = request.level === "Optimistic" && isEntitled(request, view);
  const isInTime = request.level !== "Optimistic" || head.timestamp < request.primaryUntil;
  if (request.operatorId === view.operatorId && isInTime) return null;
  if (head.timestamp < request.primaryUntil) return wait("AssignedToOther");
  if (!fallback || (request.level === "Optimistic" && !isDrawn)) return wait("AssignedToOther");
  const ready = head.timestamp + (view.secondsToAnswer.get(request.requestId) ?? 0);
  if (ready >= request.deadline || faultCode(request, view, false) !== null) {
    return wait("FallbackUnable");
  }
  const isWorth = isWorthAnswering(request, view);
  if (isWorth === null) return wait("GasUnknown");
  return isWorth ? null : wait("FallbackUnpaid");
}

function towardsAnswer(request: RequestProgress, view: View): NextStep | null {
  if (!request.hasOutput) return { kind: "infer" };
  if (request.level === "Optimistic") return towardsStanding(request, view);
  return request.hasProof ? null : { kind: "prove" };
}

function towardsFulfilment(request: RequestProgress, view: View): NextStep {
  const { seen, agreement } = request;
  if (seen !== null && view.head.number - seen.number < view.settleDepth) {
    return wait("DepthNotReached");
  }
  const isDear = agreement !== null && view.market !== null && isSpike(agreement, view.market);
  if (isDear && isWorthAnswering(request, view) === false) return wait("GasAboveTerms");
  return { kind: "fulfill" };
}

function isOverdue({ deadline }: RequestProgress, { head }: View): boolean {
  return head.timestamp >= deadline;
}

function passedBy({ failure }: RequestProgress): NextStep {
  return { kind: "given up", code: failure?.code ?? "DeadlinePassed" };
}

function turnOf({ requestId }: RequestProgress, { operatorId }: View): number {
  return Number((BigInt(requestId) ^ operatorId) % EXPIRY_TURNS);
}

/**
 * Whether it pays to note the present base fee on chain for this request: it is ours, gas costs
 * more than its requester pays, and being late would be penalised for it otherwise.
 *
 * @param notedBaseFee highest that anyone noted in the present period
 */
export function needsBaseFeeNoted(
  request: RequestProgress,
  view: View,
  notedBaseFee: bigint,
): boolean {
  const { agreement, operatorId, primaryUntil } = request;
  const { market, head } = view;
  if (agreement === null || market === null || !isSpike(agreement, market)) return false;
  if (request.answer !== null) return false;
  if (operatorId !== view.operatorId || head.timestamp >= primaryUntil) return false;
  const { kind } = nextStep(request, view);
  if (kind === "ended" || kind === "decline" || kind === "fail") return false;
  return notedBaseFee <= agreement.maxGasPrice;
}
