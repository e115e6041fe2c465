import { isDefending } from "../domain/answered.ts";
import { nextStep } from "../domain/decisions.ts";
import { toErrorRecord } from "../domain/errors.ts";
import { fairShare, type Waiting } from "../domain/fairShare.ts";
import type { JobOutcome, Journal, ReleaseRegistry, WorkQueue } from "../domain/nodePorts.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";
import type { RequestProgress, Stage } from "../domain/request.ts";
import type { View } from "../domain/view.ts";
import type { NodeMetrics } from "../telemetry/nodeMetrics.ts";
import type { Faults } from "./faults.ts";
import { isUnfit } from "./learnReleases.ts";
import type { Wake } from "./wake.ts";

/** A job handed out is looked at again after this, in case the work list lost it or its result. */
const LOOK_AGAIN_MS = 2_000;
/** A job whose tries are used up is handed out again after this. */
const RETRY_MS = 15_000;
const STAGES: readonly Stage[] = ["prove", "infer", "refute"];

export interface FeedDependencies {
  readonly journal: Journal;
  readonly queue: WorkQueue;
  readonly registry: Pick<ReleaseRegistry, "release">;
  readonly view: () => View | null;
  /** Journals what a worker returned. */
  readonly accept: (outcome: JobOutcome) => void;
  readonly faults: Pick<Faults, "note">;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<NodeMetrics, "jobsQueued">;
  /** Jobs of one stage that may be in the work list at the same time. */
  readonly capacity: number;
}

interface Handed extends Waiting {
  readonly lookAgainAt: number;
}

/**
 * Hands journaled requests to the work list until the signal aborts: fairly between requesters,
 * and again whenever the work list may have lost them.
 */
export class Feed {
  readonly #dependencies: FeedDependencies;
  readonly #handed: Readonly<Record<Stage, Map<Hex, Handed>>> = {
    infer: new Map(),
    prove: new Map(),
    refute: new Map(),
  };
  readonly #notBefore = new Map<Hex, number>();

  constructor(dependencies: FeedDependencies) {
    this.#dependencies = dependencies;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { wake, logger } = this.#dependencies;
    while (!signal.aborted) {
      try {
        await this.feedOnce();
      } catch (error) {
        logger.warn("jobs could not be handed out", { error });
      }
      await wake.wait(LOOK_AGAIN_MS / 4, signal);
    }
  }

  /** One round over all stages; does nothing while the work list is away. */
  async feedOnce(): Promise<void> {
    const { journal, queue, view } = this.#dependencies;
    const present = view();
    if (present === null || !queue.state().isReady) return;
    const rows = journal.unfinishedRequests();
    for (const stage of STAGES) {
      const due = rows.filter((row) => nextStep(row, present).kind === stage);
      const urgent = new Set(due.filter((row) => isDefending(row, present)));
      await this.#feedStage(stage, due, urgent);
    }
  }

  /** What a worker returned, by whichever way it came. */
  settleOutcome(stage: Stage, outcome: JobOutcome): void {
    const { accept, clock, queue, logger, wake } = this.#dependencies;
    accept(outcome);
    this.#handed[stage].delete(outcome.requestId);
    if (outcome.kind === "failed") {
      this.#notBefore.set(outcome.requestId, clock.now() + RETRY_MS);
    }
    queue.forget(stage, outcome.requestId).catch((error: unknown) => {
      logger.debug("a finished job stays in the work list", { error });
    });
    wake.wake();
  }

  /** Challenged answers of this operator ask nobody for room, and go first. */
  async #feedStage(
    stage: Stage,
    due: readonly RequestProgress[],
    urgent: ReadonlySet<RequestProgress>,
  ): Promise<void> {
    const { metrics, capacity, clock } = this.#dependencies;
    const handed = this.#handed[stage];
    const now = clock.now();
    const dueIds = new Set(due.map((row) => row.requestId));
    for (const requestId of handed.keys()) if (!dueIds.has(requestId)) handed.delete(requestId);
    const again = due.filter((row) => (handed.get(row.requestId)?.lookAgainAt ?? now + 1) <= now);
    const waiting = due.filter((row) => !handed.has(row.requestId) && this.#isFree(row, now));
    const queued = [...handed.values()];
    const usual = waiting.filter((row) => !urgent.has(row));
    const chosen = new Set(fairShare({ waiting: usual, queued, capacity }));
    const next = usual.filter((row) => chosen.has(row.requestId));
    for (const row of [...waiting.filter((each) => urgent.has(each)), ...again, ...next]) {
      await this.#hand(stage, row, urgent.has(row));
    }
    metrics.jobsQueued.set(handed.size, { stage });
  }

  #isFree(row: RequestProgress, now: number): boolean {
    return (this.#notBefore.get(row.requestId) ?? 0) <= now;
  }

  async #hand(stage: Stage, row: RequestProgress, isUrgent: boolean): Promise<void> {
    const { queue, clock } = this.#dependencies;
    const { requestId, requester } = row;
    if (!(await this.#knowsRelease(stage, row))) return;
    const outcome = await queue.offer(stage, requestId, isUrgent);
    const lookAgainAt = clock.now() + LOOK_AGAIN_MS;
    this.#handed[stage].set(requestId, { requestId, requester, lookAgainAt });
    this.#notBefore.delete(requestId);
    if (outcome !== null) this.settleOutcome(stage, outcome);
  }

  /** Workers are told the manifest; it is read from the registry once and journaled. */
  async #knowsRelease(stage: Stage, row: RequestProgress): Promise<boolean> {
    const { journal, registry, accept, faults, clock, logger } = this.#dependencies;
    const { requestId, releaseId } = row;
    if (journal.manifestCid(releaseId) !== null) return true;
    try {
      journal.recordRelease(await registry.release(releaseId));
      return true;
    } catch (error) {
      if (isUnfit(error)) {
        accept({ kind: "failed", requestId, stage, error: toErrorRecord(error) });
        return false;
      }
      logger.warn("release could not be looked up", { requestId, releaseId, error });
      faults.note(releaseId, toErrorRecord(error));
      this.#notBefore.set(requestId, clock.now() + LOOK_AGAIN_MS);
      return false;
    }
  }
}
