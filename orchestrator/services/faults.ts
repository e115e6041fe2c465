import type { ErrorRecord } from "../domain/errors.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";
import type { Fault } from "../domain/view.ts";

/** Failures that are the request's or the connection's own and say nothing of its release. */
const OF_ONE_REQUEST: ReadonlySet<string> = new Set([
  "InputInvalid",
  "WorkUnknown",
  "JobMalformed",
]);

/**
 * Releases that cannot be answered here at present: their requests are given back instead of tried.
 * Kept in memory only, for some time: a restart, or the end of that time, is a new chance.
 */
export class Faults {
  readonly #clock: Pick<Clock, "now">;
  readonly #logger: Logger;
  readonly #keepMs: number;
  readonly #entries = new Map<Hex, { readonly fault: Fault; readonly until: number }>();

  /** @param input.keepMs time a fault is believed without a further one */
  constructor(input: {
    readonly clock: Pick<Clock, "now">;
    readonly logger: Logger;
    readonly keepMs: number;
  }) {
    this.#clock = input.clock;
    this.#logger = input.logger;
    this.#keepMs = input.keepMs;
  }

  note(releaseId: Hex, { code, retryable }: Pick<ErrorRecord, "code" | "retryable">): void {
    if (OF_ONE_REQUEST.has(code)) return;
    const known = this.#entries.get(releaseId);
    // What may pass says nothing about what will not.
    if (retryable && known?.fault.isLasting === true) return;
    const fault = { code, isLasting: !retryable };
    this.#entries.set(releaseId, { fault, until: this.#clock.now() + this.#keepMs });
    if (known?.fault.code === code) return;
    this.#logger.warn("release is in quarantine", { releaseId, code, forMs: this.#keepMs });
  }

  /** An answer was made after all. */
  clear(releaseId: Hex): void {
    if (this.#entries.delete(releaseId)) this.#logger.info("release works again", { releaseId });
  }

  current(): ReadonlyMap<Hex, Fault> {
    const now = this.#clock.now();
    for (const [releaseId, { until }] of this.#entries) {
      if (until <= now) this.#entries.delete(releaseId);
    }
    return new Map([...this.#entries].map(([releaseId, { fault }]) => [releaseId, fault]));
  }
}
