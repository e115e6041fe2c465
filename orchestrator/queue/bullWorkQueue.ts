import { Queue, QueueEvents, type Job } from "bullmq";
import type { Redis } from "ioredis";

import { fromErrorRecord, OrchestratorError, toErrorRecord } from "../domain/errors.ts";
import type { JobOutcome, QueueState, WorkQueue } from "../domain/nodePorts.ts";
import type { Hex, Logger } from "../domain/ports.ts";
import type { Stage } from "../domain/request.ts";
import { evictionPolicy, openRedis, type RedisLink } from "./connection.ts";
import { decodeFailure, decodeProgress, decodeResult, jobId, requestIdOf } from "./jobs.ts";

/** Tries of one job inside the queue, with growing pauses; the node hands it out again later. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 300;
const USUAL_PRIORITY = 1;
/** Finished jobs that nobody collected; the journal would compute them again. */
const KEEP = { age: 3_600, count: 5_000 };

/** Pause before a redis with the wrong eviction policy is looked at again. */
const CHECK_AGAIN_MS = 2_000;

/** Longest blocking read of events; a stop need not wait longer. */
const EVENTS_WAIT_MS = 2_000;

interface Channel {
  readonly queue: Queue;
  readonly events: QueueEvents;
}

/** The work list on Redis. Everything in it can be made again from the journal. */
export class BullWorkQueue implements WorkQueue {
  readonly #link: RedisLink;
  readonly #redis: Redis;
  readonly #channels: Readonly<Record<Stage, Channel>>;
  readonly #logger: Logger;
  readonly #onReady: () => void;
  #state: QueueState = notReady(new OrchestratorError("QueueUnavailable", { retryable: true }));

  /**
   * Connects in the background; `state()` tells when it may be used.
   *
   * @param input.onOutcome called when a worker finished a job; events may be lost, so `offer`
   *   tells the same again
   * @param input.onPhase called when a worker says how far a job is; some are lost
   * @param input.onReady called each time the work list becomes usable
   */
  constructor(input: {
    readonly url: string;
    readonly prefix: string;
    readonly onOutcome: (stage: Stage, outcome: JobOutcome) => void;
    readonly onPhase?: (stage: Stage, requestId: Hex, phase: string) => void;
    readonly onReady: () => void;
    readonly logger: Logger;
  }) {
    const { url, prefix, onOutcome, onPhase, logger } = input;
    this.#logger = logger;
    this.#onReady = input.onReady;
    this.#link = openRedis({ url, role: "node", logger });
    this.#redis = this.#link.redis;
    this.#redis.on("ready", () => void this.#becomeReady());
    this.#redis.on("close", () => {
      this.#state = notReady(new OrchestratorError("QueueUnavailable", { retryable: true }));
    });
    // An outcome that could not be journaled must not end the stream of the others.
    const tell = (stage: Stage, outcome: JobOutcome): void => {
      try {
        onOutcome(stage, outcome);
      } catch (error) {
        logger.error("an outcome could not be journaled", { stage, error });
      }
    };
    const open = (stage: Stage): Channel => {
      const options = { connection: this.#redis, prefix };
      const queue = new Queue(stage, options);
      const events = new QueueEvents(stage, { ...options, blockingTimeout: EVENTS_WAIT_MS });
      const onError = (error: Error) => {
        logger.debug("work list connection", { stage, error });
      };
      queue.on("error", onError);
      events.on("error", onError);
      events.on("completed", ({ jobId: id, returnvalue }) => {
        const requestId = requestIdOf(id);
        if (requestId !== null) tell(stage, decodeResult(stage, requestId, returnvalue));
      });
      events.on("failed", ({ jobId: id, failedReason }) => {
        const requestId = requestIdOf(id);
        if (requestId === null) return;
        tell(stage, { kind: "failed", requestId, stage, error: decodeFailure(failedReason) });
      });
      events.on("progress", ({ jobId: id, data }) => {
        const [requestId, phase] = [requestIdOf(id), decodeProgress(data)];
        if (requestId !== null && phase !== null) onPhase?.(stage, requestId, phase);
      });
      return { queue, events };
    };
    this.#channels = { infer: open("infer"), prove: open("prove"), refute: open("refute") };
  }

  state(): QueueState {
    return this.#state;
  }

  /** @throws OrchestratorError QueueUnavailable, QueueEvicts: at once, nothing waits for Redis */
  async offer(stage: Stage, requestId: Hex, isUrgent: boolean): Promise<JobOutcome | null> {
    if (!this.#state.isReady) throw fromErrorRecord(this.#state.reason);
    const { queue } = this.#channels[stage];
    const id = jobId(stage, requestId);
    const job = await queue.getJob(id);
    if (job !== undefined) return outcomeOf(stage, requestId, job);
    await queue.add(
      stage,
      { requestId },
      {
        jobId: id,
        // Jobs without a priority go before all that have one.
        ...(isUrgent ? {} : { priority: USUAL_PRIORITY }),
        attempts: ATTEMPTS,
        backoff: { type: "exponential", delay: FIRST_PAUSE_MS },
        removeOnComplete: KEEP,
        removeOnFail: KEEP,
      },
    );
    return null;
  }

  async forget(stage: Stage, requestId: Hex): Promise<void> {
    if (!this.#state.isReady) return;
    await this.#channels[stage].queue.remove(jobId(stage, requestId));
  }

  async stop(): Promise<void> {
    const channels = Object.values(this.#channels);
    const closing = channels.flatMap(({ queue, events }) => [events.close(), queue.close()]);
    await this.#link.cut(Promise.allSettled(closing));
  }

  /** A work list that may evict jobs behind our back is not used. */
  async #becomeReady(): Promise<void> {
    if (this.#redis.status !== "ready") return;
    try {
      const policy = await evictionPolicy(this.#redis);
      if (policy !== "noeviction") {
        const error = new OrchestratorError("QueueEvicts", { data: { policy } });
        this.#state = notReady(error);
        this.#logger.error("redis may evict jobs", { error });
        setTimeout(() => void this.#becomeReady(), CHECK_AGAIN_MS).unref();
        return;
      }
      this.#state = { isReady: true };
      this.#logger.info("work list is ready");
      this.#onReady();
    } catch (error) {
      this.#logger.warn("work list could not be checked", { error });
    }
  }
}

function outcomeOf(stage: Stage, requestId: Hex, job: Job): JobOutcome | null {
  if (job.finishedOn === undefined) return null;
  const reason: unknown = job.failedReason;
  if (typeof reason !== "string" || reason === "") {
    return decodeResult(stage, requestId, job.returnvalue);
  }
  return { kind: "failed", requestId, stage, error: decodeFailure(reason) };
}

function notReady(error: OrchestratorError): QueueState {
  return { isReady: false, reason: toErrorRecord(error) };
}
