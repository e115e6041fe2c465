import { nextStep } from "../domain/decisions.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";
import type { RequestProgress } from "../domain/request.ts";
import { judgeRevert } from "../domain/reverts.ts";
import type { NextStep } from "../domain/steps.ts";
import type { Purpose } from "../domain/transaction.ts";
import type { View } from "../domain/view.ts";
import type { BaseFeeNotes } from "./baseFeeNotes.ts";
import type { Intent, Transmitter } from "./transmitter.ts";
import type { Wake } from "./wake.ts";

/** A refused or failed transaction is not tried again before this. */
const RETRY_MS = 2_000;
/** Mined but reverted transactions of one purpose after which a request is left alone. */
const MAX_REVERTED = 3;
/** What cannot wait goes first: declining is free for a short time only. */
const ORDER: readonly Purpose[] = ["decline", "fulfill", "fail", "expire"];

export interface TransactDependencies {
  readonly journal: Journal;
  readonly transmitter: Pick<Transmitter, "send" | "tend">;
  readonly baseFeeNotes: Pick<BaseFeeNotes, "wanted">;
  /** What the node knows now; null before the first block. */
  readonly view: () => View | null;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longest time between two looks at open transactions. */
  readonly tendEveryMs: number;
}

/** Sends the transactions that requests need, until the signal aborts; reconciles first. */
export async function transact(
  dependencies: TransactDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { wake, tendEveryMs, transmitter, logger } = dependencies;
  const notBefore = new Map<Hex, number>();
  let isReachable = true;
  while (!signal.aborted) {
    try {
      await transmitter.tend();
      const intents = await wantedIntents(dependencies);
      for (const intent of withoutResting(dependencies, intents, notBefore)) {
        await attempt(dependencies, intent, notBefore);
        if (signal.aborted) break;
      }
      isReachable = true;
    } catch (error) {
      if (isReachable) logger.warn("transactions wait for the chain", { error });
      else logger.debug("transactions still wait for the chain", { error });
      isReachable = false;
    }
    await wake.wait(tendEveryMs, signal);
  }
}

/** What requests need now, the urgent first; says of those that need nothing any more that it is so. */
async function wantedIntents(dependencies: TransactDependencies): Promise<readonly Intent[]> {
  const { journal, baseFeeNotes } = dependencies;
  const view = dependencies.view();
  if (view === null) return [];
  const requests = journal.unfinishedRequests();
  const intents: Intent[] = [];
  for (const request of requests) {
    const step = nextStep(request, view);
    giveUpOverdue(dependencies, request, step);
    const intent = intentOf(request, step);
    if (intent !== null) intents.push(intent);
  }
  intents.sort((a, b) => ORDER.indexOf(a.purpose) - ORDER.indexOf(b.purpose));
  return [...intents, ...(await baseFeeNotes.wanted(requests, view))];
}

function intentOf({ requestId }: RequestProgress, step: NextStep): Intent | null {
  switch (step.kind) {
    case "decline":
      return { requestId, purpose: step.kind, reason: step.code };
    case "fulfill":
    case "expire":
    case "fail":
      return { requestId, purpose: step.kind, reason: null };
    default:
      return null;
  }
}

function withoutResting(
  { clock }: TransactDependencies,
  intents: readonly Intent[],
  notBefore: Map<Hex, number>,
): readonly Intent[] {
  const now = clock.now();
  for (const [requestId, time] of notBefore) if (time <= now) notBefore.delete(requestId);
  return intents.filter(({ requestId }) => !notBefore.has(requestId));
}

/** Says once of a request that nobody can answer it any more. */
function giveUpOverdue(
  { journal, logger }: TransactDependencies,
  { requestId, deadline, failure }: RequestProgress,
  step: NextStep,
): void {
  if (step.kind !== "given up" || failure !== null) return;
  const message = "the request's deadline passed before it was answered";
  journal.recordFailure(requestId, { code: step.code, message, stage: "fulfill" });
  logger.warn("request given up", { requestId, deadline, code: step.code });
}

async function attempt(
  dependencies: TransactDependencies,
  intent: Intent,
  notBefore: Map<Hex, number>,
): Promise<void> {
  const { transmitter, clock } = dependencies;
  const { requestId } = intent;
  if (isHopeless(dependencies, intent)) return;
  try {
    if (!(await transmitter.send(intent))) notBefore.set(requestId, clock.now() + RETRY_MS);
  } catch (error) {
    notBefore.set(requestId, clock.now() + RETRY_MS);
    if (!(error instanceof OrchestratorError) || error.code !== "ContractReverted") throw error;
    noteRevert(dependencies, intent, error);
  }
}

/** Whether the same was mined and reverted too often; a request that cannot be settled is given up. */
function isHopeless(
  { journal, logger }: TransactDependencies,
  { requestId, purpose }: Intent,
): boolean {
  const reverted = journal
    .transactionsOf(requestId)
    .filter((row) => row.purpose === purpose && row.receipt?.succeeded === false);
  if (reverted.length < MAX_REVERTED) return false;
  if (purpose !== "fulfill") return true;
  const message = "settlements of this request were mined and reverted repeatedly";
  journal.recordFailure(requestId, { code: "ContractReverted", message, stage: "fulfill" });
  logger.error("request given up", { requestId, reason: message });
  return true;
}

function noteRevert(
  { journal, logger }: TransactDependencies,
  { requestId, purpose }: Intent,
  error: OrchestratorError,
): void {
  const name = String(error.data["name"]);
  const verdict = judgeRevert(name);
  if (verdict === "settled") {
    logger.debug("done already; its event will come", { requestId, purpose, name });
  } else if (verdict === "later" || purpose !== "fulfill") {
    logger.warn("contract refuses the call at present", { requestId, purpose, ...error.data });
  } else {
    journal.recordFailure(requestId, { code: name, message: error.message, stage: "fulfill" });
    logger.error("request given up", { requestId, ...error.data });
  }
}
