import { constants } from "node:os";

/** The user or the system ended the command before it was done. */
export class Interrupted extends Error {
  /** What a shell reports for this signal. */
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super("Stopped before it was done.");
    this.name = "Interrupted";
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Aborts with an `Interrupted` when the user or the system asks the process to end; a second request
 * ends it at once.
 */
export function untilInterrupted(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stopping.abort(new Interrupted(signal));
    });
  }
  return stopping.signal;
}
