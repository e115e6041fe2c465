import type { Clock } from "../domain/ports.ts";

/** Lets one loop sleep until there is something to do, or until its next routine look. */
export class Wake {
  readonly #clock: Clock;
  #isPending = false;
  #interrupt: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the present wait, or the next one if the loop is busy. */
  wake(): void {
    this.#isPending = true;
    this.#interrupt?.abort();
  }

  /** Resolves when woken, after `atMostMs`, or when the signal aborts. */
  async wait(atMostMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#isPending && !signal.aborted) {
      this.#interrupt = new AbortController();
      await this.#clock.sleep(atMostMs, AbortSignal.any([signal, this.#interrupt.signal]));
      this.#interrupt = null;
    }
    this.#isPending = false;
  }
}
