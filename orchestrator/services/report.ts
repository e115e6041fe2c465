import { nextStep } from "../domain/decisions.ts";
import { sentenceOf } from "../domain/errors.ts";
import type { HealthReport, RequestReport } from "../domain/nodeApi.ts";
import type { Journal, QueueState } from "../domain/nodePorts.ts";
import type { HandedWork, Hex } from "../domain/ports.ts";
import type { JournaledRequest } from "../domain/request.ts";
import { explain, isSent, STEP_KINDS, type NextStep } from "../domain/steps.ts";
import type { View } from "../domain/view.ts";
import type { NodeMetrics } from "../telemetry/nodeMetrics.ts";
import type { ProofsUnderWay } from "./proofsUnderWay.ts";

export interface ReportDependencies {
  readonly journal: Journal;
  readonly view: () => View | null;
  readonly finalNumber: () => number;
  readonly rpcHealth: () => HealthReport["rpc"];
  readonly queueState: () => QueueState;
  /** What keeps settlements from being sent, if anything does. */
  readonly settlementObstacle: () => Error | null;
  readonly operatorId: bigint;
  readonly sender: Hex;
  readonly metrics: NodeMetrics;
  readonly proofs: Pick<ProofsUnderWay, "count" | "of">;
}

export function healthReport(dependencies: ReportDependencies): HealthReport {
  const { journal, finalNumber, rpcHealth, queueState } = dependencies;
  const rpc = rpcHealth();
  const queue = queueState();
  return {
    isHealthy: queue.isReady && rpc.some(({ state }) => state === "healthy"),
    headBlock: journal.tip()?.number ?? null,
    finalBlock: finalNumber(),
    requestsUnfinished: journal.unfinishedRequests().filter(({ failure }) => failure === null)
      .length,
    rpc,
    queue,
  };
}

/** The metrics page, with the gauges brought up to now. */
export function metricsPage(dependencies: ReportDependencies): string {
  const { journal, view, finalNumber, metrics, proofs } = dependencies;
  metrics.finalBlock.set(finalNumber());
  metrics.proofsRunning.set(proofs.count);
  const present = view();
  const counts = new Map<string, number>(STEP_KINDS.map((kind) => [kind, 0]));
  for (const request of present === null ? [] : journal.unfinishedRequests()) {
    const { kind } = present === null ? { kind: "wait" } : nextStep(request, present);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  for (const [step, count] of counts) metrics.requestsUnfinished.set(count, { step });
  return metrics.registry.text();
}

/** Null for a request the journal does not know. */
export function requestReport(
  dependencies: ReportDependencies,
  requestId: Hex,
): RequestReport | null {
  const { journal } = dependencies;
  const request = journal.request(requestId);
  const view = dependencies.view();
  if (request === null || view === null) return null;
  const step = nextStep(request, view);
  return {
    requestId,
    releaseId: request.releaseId,
    level: request.level,
    operatorId: request.operatorId.toString(),
    answer: answerOf(request),
    why: explain(step),
    heldUpBy: obstacle(dependencies, { request, step, view }),
    seenInBlock: request.seen?.number ?? null,
    inferSeconds: journal.output(requestId)?.seconds ?? null,
    proving: dependencies.proofs.of(requestId),
    proveSeconds: journal.proof(requestId)?.seconds ?? null,
    endedAs: request.ending?.status ?? null,
    isFinal: step.kind === "ended" && step.isFinal,
    failure: request.failure,
    transactions: journal.transactionsOf(requestId).map((row) => ({
      nonce: row.nonce,
      purpose: row.purpose,
      reason: row.reason,
      state: row.state,
      hashes: row.attempts.map(({ hash }) => hash),
      minedInBlock: row.receipt?.block.number ?? null,
    })),
  };
}

function answerOf({ answer }: JournaledRequest): RequestReport["answer"] {
  if (answer === null) return null;
  const { operatorId, challenger, until } = answer;
  return { operatorId: operatorId.toString(), isChallenged: challenger !== null, until };
}

function obstacle(
  { rpcHealth, queueState, settlementObstacle, journal }: ReportDependencies,
  {
    request,
    step,
    view,
  }: { readonly request: JournaledRequest; readonly step: NextStep; readonly view: View },
): string | null {
  if (step.kind === "ended") return null;
  const rpc = rpcHealth();
  if (!rpc.some(({ state }) => state === "healthy")) {
    return `No RPC endpoint answers: ${rpc.map((each) => `${each.name} ${each.state}`).join(", ")}.`;
  }
  if (isSent(step) || step.kind === "decline" || request.transactionId !== null) {
    return settlementObstacle()?.message ?? null;
  }
  if (step.kind !== "infer" && step.kind !== "prove" && step.kind !== "refute") return null;
  const queue = queueState();
  if (!queue.isReady) return queue.reason.message;
  if (journal.manifestCid(request.releaseId) === null) {
    return "The release could not be looked up yet, in the registry or in the content store.";
  }
  const fault = view.faults.get(request.releaseId);
  return fault === undefined ? null : `${fault.code}: ${sentenceOf(fault.code)}`;
}

/** What a worker is told; null for an unknown request. */
export function workFor(
  { journal, operatorId, sender }: Pick<ReportDependencies, "journal" | "operatorId" | "sender">,
  requestId: Hex,
): HandedWork | null {
  const request = journal.request(requestId);
  if (request === null) return null;
  const manifestCid = journal.manifestCid(request.releaseId);
  if (manifestCid === null) return null;
  const account = BigInt(sender);
  return { requestId, manifestCid, payee: operatorId, account, input: request.input };
}
