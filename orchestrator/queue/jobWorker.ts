import { Worker } from "bullmq";

import type { Hex, Logger } from "../domain/ports.ts";
import type { Stage } from "../domain/request.ts";
import { openRedis } from "./connection.ts";
import { jobData, toJobError } from "./jobs.ts";

/** A worker that dies is noticed after about two of these. */
const LOCK_MS = 6_000;
/** A job may be found orphaned this often before it counts as failed and is handed out later. */
const MAX_STALLED = 10;

/** Tells the node how far a job is; lost while Redis is away. */
export type ReportPhase = (phase: string) => void;

/**
 * Takes jobs of one stage until the signal aborts, then finishes or returns the ones in hand.
 *
 * @param input.process computes a job's result; it must leave the event loop free, which renews
 *   the job's lock
 */
export async function runJobWorker(
  input: {
    readonly stage: Stage;
    readonly url: string;
    readonly prefix: string;
    readonly concurrency: number;
    readonly process: (requestId: Hex, report: ReportPhase) => Promise<object>;
    readonly logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  const { stage, url, prefix, concurrency, process, logger } = input;
  const link = openRedis({ url, role: "worker", logger });
  const worker = new Worker(
    stage,
    async (job) => {
      try {
        const { requestId } = jobData.parse(job.data);
        logger.debug("job started", { stage, requestId });
        const report = (phase: string) => {
          job.updateProgress({ phase }).catch((error: unknown) => {
            logger.debug("progress could not be told", { stage, requestId, error });
          });
        };
        return await process(requestId, report);
      } catch (error) {
        throw toJobError(error);
      }
    },
    {
      connection: link.redis,
      prefix,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS / 2,
      maxStalledCount: MAX_STALLED,
      // How long an idle worker blocks; a wiped Redis is noticed after it at the latest.
      drainDelay: 2,
      // BullMQ's own default is a quarter of a minute, and it would hold up a graceful stop.
      runRetryDelay: 500,
    },
  );
  worker.on("error", (error) => {
    logger.debug("work list connection", { stage, error });
  });
  worker.on("failed", (job, error) => {
    logger.warn("job failed", { stage, jobId: job?.id, reason: error.message });
  });
  await aborted(signal);
  await link.cut(worker.close());
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener(
      "abort",
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
