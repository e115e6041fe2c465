import type { Clock, Logger } from "../domain/ports.ts";
import type { NodeClient } from "../http/nodeClient.ts";

/** While the node is not there yet, or has nothing to tell. */
const FIRST_LOOKS_MS = 1_000;
const LATER_LOOKS_MS = 15_000;

/**
 * Loads the releases the operator serves before their first job, until the signal aborts. What
 * fails here fails again, with all its consequences, in the job.
 */
export async function keepWarm(
  dependencies: {
    readonly node: Pick<NodeClient, "manifestsToWarm">;
    readonly prepare: (manifestCid: string) => Promise<void>;
    readonly clock: Clock;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  const { node, prepare, clock, logger } = dependencies;
  const warm = new Set<string>();
  while (!signal.aborted) {
    const manifests = await node.manifestsToWarm().catch(() => []);
    for (const manifestCid of manifests) {
      if (warm.has(manifestCid) || signal.aborted) continue;
      try {
        await prepare(manifestCid);
        warm.add(manifestCid);
        logger.info("release is warm", { manifestCid });
      } catch (error) {
        logger.debug("a release could not be made warm", { manifestCid, error });
      }
    }
    await clock.sleep(warm.size === 0 ? FIRST_LOOKS_MS : LATER_LOOKS_MS, signal);
  }
}
