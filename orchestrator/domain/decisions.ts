import { declineReason, faultCode } from "./declining.ts";
import type { RequestProgress } from "./request.ts";
import type { NextStep } from "./steps.ts";
import type { View } from "./view.ts";
import { isSpike, isWorthAnswering, isWorthExpiring } from "./worth.ts";

/** Nodes that would all expire the same request take turns, a block each. */
const EXPIRY_TURNS = 8n;

/** One thing a request may need; null: it does not apply, the next rule is asked. */
type Rule = (request: RequestProgress, view: View) => NextStep | null;

interface Rules {
  /** In their order: the first that applies decides. */
  readonly first: readonly Rule[];
  readonly otherwise: (request: RequestProgress, view: View) => NextStep;
}

/** States of a request that has not ended, as far as this node serves them. */
type State = "Open";

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
};

/** The one place that says what a request needs next; a pure function of journal and chain. */
export function nextStep(request: RequestProgress, view: View): NextStep {
  const { ending } = request;
  if (ending !== null) {
    const isFinal = ending.block.number <= view.finalNumber;
    return { kind: "ended", status: ending.status, isFinal };
  }
  const { first, otherwise } = RULES.Open;
  for (const rule of first) {
    const step = rule(request, view);
    if (step !== null) return step;
  }
  return otherwise(request, view);
}

/** Work on a rolled-back request is kept, not continued: its next block may assign it elsewhere. */
function whileUnseen(request: RequestProgress, view: View): NextStep | null {
  if (request.seen !== null) return null;
  if (!isOverdue(request, view)) return { kind: "wait", reason: "BlockRolledBack" };
  return request.transactionId === null ? passedBy(request) : null;
}

function whilePending({ transactionId }: RequestProgress): NextStep | null {
  return transactionId === null ? null : { kind: "wait", reason: "TransactionPending" };
}

/** Ending it costs gas and earns nothing, so it is left to whose duty it was. */
function onceRevoked(request: RequestProgress, view: View): NextStep | null {
  const { agreement, failure, operatorId } = request;
  const isRevoked =
    failure?.code === "VerifierIsRevoked" ||
    (agreement !== null && view.revokedVerifiers.has(agreement.verifierId));
  if (!isRevoked) return null;
  if (operatorId === view.operatorId) return { kind: "fail" };
  return { kind: "wait", reason: "VerifierRevoked" };
}

function onceOverdue(request: RequestProgress, view: View): NextStep | null {
  if (!isOverdue(request, view)) return null;
  if (!isWorthExpiring(request, view)) return passedBy(request);
  const turn = request.operatorId === view.operatorId ? 0 : turnOf(request, view);
  const isTurn = view.head.timestamp >= request.deadline + turn * view.blockSeconds;
  return isTurn ? { kind: "expire" } : { kind: "wait", reason: "ExpiryTurn" };
}

function atOtherLevels({ level }: RequestProgress): NextStep | null {
  return level === "Zk" ? null : { kind: "wait", reason: "LevelNotServed" };
}

function whileDeclinable(request: RequestProgress, view: View): NextStep | null {
  const code = declineReason(request, view);
  return code === null ? null : { kind: "decline", code };
}

function onceGivenUp({ failure }: RequestProgress): NextStep | null {
  return failure === null ? null : { kind: "given up", code: failure.code };
}

/** Others' requests: only after their window, and only if that pays. */
function asFallback(request: RequestProgress, view: View): NextStep | null {
  if (request.operatorId === view.operatorId) return null;
  const { head, fallback } = view;
  if (!fallback || head.timestamp < request.primaryUntil) {
    return { kind: "wait", reason: "AssignedToOther" };
  }
  const ready = head.timestamp + (view.secondsToAnswer.get(request.requestId) ?? 0);
  if (ready >= request.deadline || faultCode(request, view, false) !== null) {
    return { kind: "wait", reason: "FallbackUnable" };
  }
  const isWorth = isWorthAnswering(request, view);
  if (isWorth === null) return { kind: "wait", reason: "GasUnknown" };
  return isWorth ? null : { kind: "wait", reason: "FallbackUnpaid" };
}

function towardsAnswer({ hasOutput, hasProof }: RequestProgress): NextStep | null {
  if (!hasOutput) return { kind: "infer" };
  return hasProof ? null : { kind: "prove" };
}

function towardsFulfilment(request: RequestProgress, view: View): NextStep {
  const { seen, agreement } = request;
  if (seen !== null && view.head.number - seen.number < view.settleDepth) {
    return { kind: "wait", reason: "DepthNotReached" };
  }
  const isDear = agreement !== null && view.market !== null && isSpike(agreement, view.market);
  if (isDear && isWorthAnswering(request, view) === false) {
    return { kind: "wait", reason: "GasAboveTerms" };
  }
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
  if (operatorId !== view.operatorId || head.timestamp >= primaryUntil) return false;
  const { kind } = nextStep(request, view);
  if (kind === "ended" || kind === "decline" || kind === "fail") return false;
  return notedBaseFee <= agreement.maxGasPrice;
}
