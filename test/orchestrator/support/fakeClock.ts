import type { Clock } from "../../../orchestrator/domain/ports.ts";

/** Time that only moves when somebody sleeps, and then at once. */
export class FakeClock implements Clock {
  time = 1_000_000;
  readonly sleeps: number[] = [];
  /** Runs at each sleep, e.g. to stop a loop. */
  onSleep: (count: number) => void = () => undefined;

  now(): number {
    return this.time;
  }

  async sleep(durationMs: number): Promise<void> {
    this.time += durationMs;
    this.sleeps.push(durationMs);
    this.onSleep(this.sleeps.length);
    await Promise.resolve();
  }
}
