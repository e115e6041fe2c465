import type { Journal, ReleaseRegistry } from "../domain/nodePorts.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";

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
    readonly registry: Pick<ReleaseRegistry, "release" | "servedBy">;
    readonly operatorId: bigint;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  const { journal, registry, operatorId, clock, logger } = dependencies;
  const refused = new Set<Hex>();
  const learn = async (releaseId: Hex): Promise<void> => {
    try {
      journal.recordRelease(await registry.release(releaseId));
      logger.info("release is served", { releaseId });
    } catch (error) {
      if (!isUnfit(error)) throw error;
      refused.add(releaseId);
      logger.error("release is listed but cannot be served", { releaseId, error });
    }
  };
  while (!signal.aborted) {
    let pause = AGAIN_MS;
    try {
      for (const releaseId of await registry.servedBy(operatorId)) {
        if (journal.manifestCid(releaseId) !== null || refused.has(releaseId)) continue;
        await learn(releaseId);
      }
    } catch (error) {
      logger.debug("served releases could not be looked up", { error });
      pause = RETRY_MS;
    }
    await clock.sleep(pause, signal);
  }
}

/** True of what is wrong with the release itself, which nobody can change any more. */
export function isUnfit(error: unknown): error is OrchestratorError {
  return (
    error instanceof OrchestratorError &&
    (error.code === "UnitsWrong" || error.code === "ManifestInvalid")
  );
}
