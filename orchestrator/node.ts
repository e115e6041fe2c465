import { join } from "node:path";

import { systemClock as clock } from "./clock.ts";
import type { NodeConfig } from "./config/nodeConfig.ts";
import type { Logger } from "./domain/ports.ts";
import { startNodeServer } from "./http/nodeServer.ts";
import type { Loop } from "./nodeBase.ts";
import { createNodeParts } from "./nodeParts.ts";
import { SqliteJournal } from "./storage/journal.ts";

export interface RunningNode {
  /** Where health, metrics, reports and artefacts are served. */
  readonly url: string;
  /** Resolves when the node has stopped; rejects if something it cannot mend ended it. */
  readonly stopped: Promise<void>;
}

/**
 * Starts one operator's node. Neither RPC nor Redis needs to be up; both are waited for.
 *
 * @throws OrchestratorError JournalLocked, JournalForeign, JournalUnusable, JournalTooNew, PortTaken,
 *   AddressUnusable
 */
export async function startNode(
  config: NodeConfig,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<RunningNode> {
  const failure = new AbortController();
  const stopping = AbortSignal.any([signal, failure.signal]);
  const journal = openJournal(config);
  try {
    const parts = createNodeParts(config, { journal, logger });
    const { http } = config;
    const server = await startNodeServer({ ...http, api: parts.api, logger });
    logger.info("node started", { url: server.url, sender: parts.sender });
    const run = async () => {
      const queueStop = new AbortController();
      const serving = parts.serveQueue(queueStop.signal);
      try {
        await runAll(parts.loops, { stopping, failure });
      } finally {
        await server.stop();
        await parts.queue.stop();
        queueStop.abort();
        await serving;
        journal.close();
        logger.info("node stopped");
      }
    };
    return { url: server.url, stopped: run() };
  } catch (error) {
    journal.close();
    throw error;
  }
}

function openJournal({ chain, dataDir, operator }: NodeConfig): SqliteJournal {
  const deployment = `${chain.chainId}:${chain.coordinator}:${operator.id ?? "watch"}`;
  return new SqliteJournal({ path: join(dataDir, "journal.db"), deployment, clock });
}

/** Runs all loops; the first that fails ends the others. */
async function runAll(
  loops: readonly Loop[],
  { stopping, failure }: { readonly stopping: AbortSignal; readonly failure: AbortController },
): Promise<void> {
  const running = loops.map(async (loop) => {
    try {
      await loop(stopping);
    } catch (error) {
      failure.abort();
      throw error;
    }
  });
  const results = await Promise.allSettled(running);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
