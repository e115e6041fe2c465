import type { JobOutcome, QueueState, WorkQueue } from "../../../orchestrator/domain/nodePorts.ts";
import type { Hex } from "../../../orchestrator/domain/ports.ts";
import type { Stage } from "../../../orchestrator/domain/request.ts";

/** A work list in memory that shows what it was offered and can be wiped. */
export class FakeQueue implements WorkQueue {
  isReady = true;
  readonly jobs = new Map<string, JobOutcome | null>();
  readonly offers: string[] = [];
  /** Of those, what was to go before all others. */
  readonly urgent: string[] = [];

  state(): QueueState {
    const reason = { code: "QueueUnavailable", message: "No Redis.", retryable: true, data: {} };
    return this.isReady ? { isReady: true } : { isReady: false, reason };
  }

  async offer(stage: Stage, requestId: Hex, isUrgent: boolean): Promise<JobOutcome | null> {
    const id = `${stage} ${BigInt(requestId) - 0x1000n}`;
    this.offers.push(id);
    if (isUrgent) this.urgent.push(id);
    const outcome = this.jobs.get(id) ?? null;
    this.jobs.set(id, outcome);
    return outcome;
  }

  async forget(stage: Stage, requestId: Hex): Promise<void> {
    this.jobs.delete(`${stage} ${BigInt(requestId) - 0x1000n}`);
  }
}
