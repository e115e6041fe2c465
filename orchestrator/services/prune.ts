import type { Journal } from "../domain/nodePorts.ts";
import type { Clock, Logger } from "../domain/ports.ts";

/** Between two rounds; a round that found a full batch is followed by the next at once. */
const EVERY_MS = 60_000;
/** Rows that leave the journal in one transaction, so that nobody waits for it long. */
const BATCH = 200;

/** Forgets what was settled long ago, until the signal aborts. The chain still knows all of it. */
export async function prune(
  dependencies: {
    readonly journal: Pick<Journal, "prune" | "pruneCommitments">;
    readonly finalNumber: () => number;
    /** Time a settled request is kept. */
    readonly keepMs: number;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  const { journal, finalNumber, keepMs, clock, logger } = dependencies;
  while (!signal.aborted) {
    const keptSince = clock.now() - keepMs;
    const limits = { finalNumber: finalNumber(), atMost: BATCH };
    const requests = journal.prune({ ...limits, keptSince });
    if (requests > 0) logger.info("settled requests forgotten", { requests });
    const commitments = journal.pruneCommitments(limits);
    if (commitments > 0) logger.debug("commitments forgotten", { commitments });
    const isMore = requests === BATCH || commitments === BATCH;
    await clock.sleep(isMore ? 0 : EVERY_MS, signal);
  }
}
