import { OrchestratorError } from "../domain/errors.ts";
import type { Clock, Logger } from "../domain/ports.ts";

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

export interface IngestDependencies {
  /** One look at the chain; true if the journal changed. */
  readonly follow: () => Promise<boolean>;
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pollMs: number;
}

/**
 * Keeps the journal at the chain's head until the signal aborts. An RPC that is absent or
 * contradicts itself is asked again, ever more slowly; a mistake that waiting cannot mend ends it.
 */
export async function ingest(dependencies: IngestDependencies, signal: AbortSignal): Promise<void> {
  const { follow, onChange, clock, logger, pollMs } = dependencies;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (await follow()) onChange();
      if (failures > 0) logger.info("following the chain again");
      failures = 0;
      await clock.sleep(pollMs, signal);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (failures === 0) logger.warn("the chain cannot be followed at present", { error });
      await clock.sleep(Math.min(FIRST_RETRY_MS << failures, LAST_RETRY_MS), signal);
      failures = Math.min(failures + 1, 10);
    }
  }
}

function isRetryable(error: unknown): boolean {
  if (!(error instanceof OrchestratorError)) return true;
  // A refused call (rate limits, a pruned block) is the server's mood, not our mistake.
  return error.retryable || error.code === "RpcRefused";
}
