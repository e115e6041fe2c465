import type { Journal, ReleaseRegistry } from "../domain/nodePorts.ts";
import type { Clock, Logger } from "../domain/ports.ts";

/** While the chain does not answer. */
const RETRY_MS = 1_000;
/** New listings are rare, and a missed one costs a cold first request at most. */
const AGAIN_MS = 60_000;

/**
 * Journals the releases the operator serves, so that workers can load them before the first
 * request, until the signal aborts.
 */
export async function learnReleases(
  dependencies: {
    readonly journal: Pick<Journal, "manifestCid" | "recordRelease">;
    readonly registry: ReleaseRegistry;
    readonly operatorId: bigint;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  const { journal, registry, operatorId, clock, logger } = dependencies;
  while (!signal.aborted) {
    let pause = AGAIN_MS;
    try {
      for (const releaseId of await registry.servedBy(operatorId)) {
        if (journal.manifestCid(releaseId) !== null) continue;
        journal.recordRelease(await registry.release(releaseId));
        logger.info("release is served", { releaseId });
      }
    } catch (error) {
      logger.debug("served releases could not be looked up", { error });
      pause = RETRY_MS;
    }
    await clock.sleep(pause, signal);
  }
}
