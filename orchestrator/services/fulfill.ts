import { nextStep, type View } from "../domain/decisions.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";
import type { RequestProgress } from "../domain/request.ts";
import { judgeRevert } from "../domain/reverts.ts";
import type { Transmitter } from "./transmitter.ts";
import type { Wake } from "./wake.ts";

/** A refused or failed settlement is not tried again before this. */
const RETRY_MS = 2_000;
/** Mined but reverted settlements of one request after which somebody has to look. */
const MAX_REVERTED = 3;

export interface FulfillDependencies {
  readonly journal: Journal;
  readonly transmitter: Pick<Transmitter, "send" | "tend">;
  /** What the node knows now; null before the first block. */
  readonly view: () => View | null;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longest time between two looks at open transactions. */
  readonly tendEveryMs: number;
}

/** Settles what is proven and deep enough, until the signal aborts; reconciles first. */
export async function fulfill(
  dependencies: FulfillDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { wake, tendEveryMs, transmitter, logger } = dependencies;
  const notBefore = new Map<Hex, number>();
  let isReachable = true;
  while (!signal.aborted) {
    try {
      await transmitter.tend();
      giveUpOverdue(dependencies);
      for (const request of dueRequests(dependencies, notBefore)) {
        await settle(dependencies, request, notBefore);
        if (signal.aborted) break;
      }
      isReachable = true;
    } catch (error) {
      if (isReachable) logger.warn("settlements wait for the chain", { error });
      else logger.debug("settlements still wait for the chain", { error });
      isReachable = false;
    }
    await wake.wait(tendEveryMs, signal);
  }
}

function dueRequests(
  { journal, view, clock }: FulfillDependencies,
  notBefore: Map<Hex, number>,
): readonly RequestProgress[] {
  const now = clock.now();
  const present = view();
  if (present === null) return [];
  for (const [requestId, time] of notBefore) if (time <= now) notBefore.delete(requestId);
  return journal
    .unfinishedRequests()
    .filter((request) => nextStep(request, present).kind === "fulfill")
    .filter((request) => !notBefore.has(request.requestId));
}

/** Requests nobody can answer any more leave the list of unfinished ones. */
function giveUpOverdue({ journal, view, logger }: FulfillDependencies): void {
  const present = view();
  if (present === null) return;
  for (const request of journal.unfinishedRequests()) {
    const step = nextStep(request, present);
    if (step.kind !== "given up") continue;
    const { requestId, deadline } = request;
    const message = "the request's deadline passed before it was answered";
    journal.recordFailure(requestId, { code: step.code, message, stage: "fulfill" });
    logger.warn("request given up", { requestId, deadline, code: step.code });
  }
}

async function settle(
  dependencies: FulfillDependencies,
  request: RequestProgress,
  notBefore: Map<Hex, number>,
): Promise<void> {
  const { journal, transmitter, clock, logger } = dependencies;
  const { requestId } = request;
  if (countReverted(journal, requestId) >= MAX_REVERTED) {
    const message = "settlements of this request were mined and reverted repeatedly";
    journal.recordFailure(requestId, { code: "ContractReverted", message, stage: "fulfill" });
    logger.error("request given up", { requestId, reason: message });
    return;
  }
  try {
    if (!(await transmitter.send(requestId))) notBefore.set(requestId, clock.now() + RETRY_MS);
  } catch (error) {
    notBefore.set(requestId, clock.now() + RETRY_MS);
    if (!(error instanceof OrchestratorError) || error.code !== "ContractReverted") throw error;
    noteRevert(dependencies, requestId, error);
  }
}

function noteRevert(
  { journal, logger }: FulfillDependencies,
  requestId: Hex,
  error: OrchestratorError,
): void {
  const name = String(error.data["name"]);
  const verdict = judgeRevert(name);
  if (verdict === "settled") {
    logger.debug("request is settled already; its event will come", { requestId, name });
  } else if (verdict === "later") {
    logger.warn("contract refuses the settlement at present", { requestId, ...error.data });
  } else {
    journal.recordFailure(requestId, { code: name, message: error.message, stage: "fulfill" });
    logger.error("request given up", { requestId, ...error.data });
  }
}

function countReverted(journal: Journal, requestId: Hex): number {
  return journal
    .transactionsOf(requestId)
    .filter(({ receipt }) => receipt !== null && !receipt.succeeded).length;
}
