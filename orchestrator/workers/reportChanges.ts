/** Nobody looks more often, and a phase may take less than saying so. */
const EVERY_MS = 250;

/**
 * Passes the first phase on at once, and of those that follow the one that lasts: at most one every
 * quarter of a second. `end` must be called.
 */
export function reportChanges(report: (phase: string) => void): {
  readonly begin: (phase: string) => void;
  readonly end: () => void;
} {
  let latest: string | null = null;
  let reported: string | null = null;
  const tell = () => {
    if (latest === null || latest === reported) return;
    reported = latest;
    report(latest);
  };
  const timer = setInterval(tell, EVERY_MS);
  timer.unref();
  return {
    begin(phase) {
      latest = phase;
      if (reported === null) tell();
    },
    end() {
      clearInterval(timer);
    },
  };
}
