import { nextStep } from "../domain/decisions.ts";
import { OrchestratorError, sentenceOf } from "../domain/errors.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";
import type { RequestProgress } from "../domain/request.ts";
import { judgeRevert } from "../domain/reverts.ts";
import { isSent, type NextStep } from "../domain/steps.ts";
import type { Purpose } from "../domain/transaction.ts";
import type { View } from "../domain/view.ts";
import { finalizations, fulfilments, halvesOf } from "./batches.ts";
import type { BaseFeeNotes } from "./baseFeeNotes.ts";
import type { Intent, Transmitter } from "./transmitter.ts";
import type { Wake } from "./wake.ts";

/** A refused or failed transaction is not tried again before this. */
const RETRY_MS = 2_000;
/** Mined but reverted transactions of one purpose after which a request is left alone. */
const MAX_REVERTED = 3;
/** What cannot wait goes first: declining is free for a short time only. */
const ORDER: readonly Purpose[] = [
  "escalate",
  "decline",
  "overturn",
  "commitOverturn",
  "fulfillBatch",
  "fulfill",
  "challenge",
  "closeChallenge",
  "failAnswered",
  "fail",
  "finalizeMany",
  "finalize",
  "expire",
];
/** What is tried for as long as there is time, however often it was mined and reverted. */
const DOGGED: ReadonlySet<Purpose> = new Set(["escalate"]);
/** What is given up once the contract says that it will never take it. */
const REFUSABLE: ReadonlySet<Purpose> = new Set(["fulfill", "overturn", "challenge"]);

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
      for (const intent of await wantedIntents(dependencies, notBefore)) {
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
async function wantedIntents(
  dependencies: TransactDependencies,
  notBefore: Map<Hex, number>,
): Promise<readonly Intent[]> {
  const { journal, baseFeeNotes, clock } = dependencies;
  const view = dependencies.view();
  if (view === null) return [];
  const now = clock.now();
  for (const [requestId, time] of notBefore) if (time <= now) notBefore.delete(requestId);
  const requests = journal.unfinishedRequests();
  const intents: Intent[] = [];
  const over: RequestProgress[] = [];
  const proven: RequestProgress[] = [];
  for (const request of requests) {
    const step = nextStep(request, view);
    giveUpOverdue(dependencies, request, step);
    if (notBefore.has(request.requestId)) continue;
    if (step.kind === "finalize") over.push(request);
    else if (step.kind === "fulfill" && request.level === "Zk") proven.push(request);
    const intent = intentOf(request, step);
    if (intent !== null) intents.push(intent);
  }
  intents.push(...finalizations(journal, over), ...fulfilments(journal, proven));
  intents.sort((a, b) => ORDER.indexOf(a.purpose) - ORDER.indexOf(b.purpose));
  const notes = await baseFeeNotes.wanted(requests, view);
  return [...intents, ...notes.filter(({ requestId }) => !notBefore.has(requestId))];
}

/** Null where there is none, or a batch has it. */
function intentOf({ requestId, level }: RequestProgress, step: NextStep): Intent | null {
  const intent = { requestId };
  if (step.kind === "fulfill" && level === "Zk") return null;
  if (step.kind === "decline") return { ...intent, purpose: step.kind, reason: step.code };
  if (step.kind === "finalize" || !isSent(step)) return null;
  return { ...intent, purpose: step.kind, reason: null };
}

/** Says once of a request that nobody can answer it any more. */
function giveUpOverdue(
  { journal, logger }: TransactDependencies,
  { requestId, deadline, failure }: RequestProgress,
  step: NextStep,
): void {
  if (step.kind !== "given up" || failure !== null) return;
  const message = sentenceOf(step.code) || "the request's deadline passed before it was answered";
  journal.recordFailure(requestId, { code: step.code, message, stage: "fulfill" });
  logger.warn("request given up", { requestId, deadline, code: step.code });
}

async function attempt(
  dependencies: TransactDependencies,
  intent: Intent,
  notBefore: Map<Hex, number>,
): Promise<void> {
  const { transmitter, clock } = dependencies;
  const rest = () => {
    for (const id of [intent.requestId, ...(intent.otherIds ?? [])]) {
      notBefore.set(id, clock.now() + RETRY_MS);
    }
  };
  if (isHopeless(dependencies, intent)) return;
  try {
    if (!(await transmitter.send(intent))) rest();
  } catch (error) {
    rest();
    if (!(error instanceof OrchestratorError)) throw error;
    const { code } = error;
    // A batch may also be too large for this chain's blocks.
    const isRefused = code === "ContractReverted" || code === "RpcRefused";
    if (intent.purpose === "fulfillBatch" && isRefused) {
      return divide(dependencies, intent, notBefore);
    }
    if (code !== "ContractReverted") throw error;
    noteRevert(dependencies, intent, error);
  }
}

/** The contract does not say which item of a batch it refuses; by itself each says what it is. */
async function divide(
  dependencies: TransactDependencies,
  intent: Intent,
  notBefore: Map<Hex, number>,
): Promise<void> {
  const { requestId, otherIds = [] } = intent;
  dependencies.logger.info("batch divided", { requestId, requests: 1 + otherIds.length });
  for (const half of halvesOf(intent)) await attempt(dependencies, half, notBefore);
}

/** Whether the same was mined and reverted too often; a request that cannot be settled is given up. */
function isHopeless(
  { journal, logger }: TransactDependencies,
  { requestId, purpose }: Intent,
): boolean {
  if (DOGGED.has(purpose)) return false;
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
  } else if (verdict === "later" || !REFUSABLE.has(purpose)) {
    logger.warn("contract refuses the call at present", { requestId, purpose, ...error.data });
  } else {
    journal.recordFailure(requestId, { code: name, message: error.message, stage: "fulfill" });
    logger.error("request given up", { requestId, ...error.data });
  }
}
