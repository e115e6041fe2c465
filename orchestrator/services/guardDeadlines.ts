import { isDefending } from "../domain/answered.ts";
import { ERROR_SENTENCES } from "../domain/errors.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";
import type { View } from "../domain/view.ts";
import type { NodeMetrics } from "../telemetry/nodeMetrics.ts";

const LOOK_AGAIN_MS = 1_000;
/** Part of the time for a proof, from its end, in which a person is called. */
const LAST_PART = 2;

export interface GuardDependencies {
  readonly journal: Pick<Journal, "unfinishedRequests">;
  readonly view: () => View | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<NodeMetrics, "challengesOpen" | "proofDeadline" | "proofAlarms">;
}

/** Calls a person while a challenged answer of this operator may still be saved, until the signal aborts. */
export async function guardDeadlines(
  dependencies: GuardDependencies,
  signal: AbortSignal,
): Promise<void> {
  const called = new Set<Hex>();
  while (!signal.aborted) {
    guardOnce(dependencies, called);
    await dependencies.clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

function guardOnce({ journal, view, logger, metrics }: GuardDependencies, called: Set<Hex>): void {
  const present = view();
  if (present === null) return;
  const due = journal.unfinishedRequests().flatMap((row) => {
    const { requestId, answer } = row;
    if (answer === null || !isDefending(row, present)) return [];
    const left = answer.until - present.head.timestamp;
    return [{ requestId, left, isNear: left * LAST_PART <= answer.until - answer.since }];
  });
  const near = due.filter(({ isNear }) => isNear);
  metrics.challengesOpen.set(due.length);
  metrics.proofDeadline.set(Math.min(...due.map(({ left }) => left), due.length === 0 ? 0 : 1e9));
  metrics.proofAlarms.set(near.length);
  for (const requestId of called) {
    if (!near.some((each) => each.requestId === requestId)) called.delete(requestId);
  }
  for (const { requestId, left } of near) {
    if (called.has(requestId)) continue;
    called.add(requestId);
    const code = "ProofDeadlineNear";
    logger.error(ERROR_SENTENCES[code], { requestId, code, secondsLeft: left });
  }
}
