/** What one runner, or all of them together, came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/**
 * Reads the counts off the output of `cargo test`, one summary for each of its binaries. A run that
 * ended badly, or that ran nothing, has at least one failure.
 */
export function readCargoCounts(output: string, exitCode: number): Counts {
  const summaries = [
    ...output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm),
  ];
  const sum = summaries
    .map(([, passed, failed, skipped]) => ({
      passed: Number(passed),
      failed: Number(failed),
      skipped: Number(skipped),
    }))
    .reduce(add, NO_TESTS);
  const ended = exitCode === 0 && sum.passed + sum.failed > 0;
  return { ...sum, failed: ended ? sum.failed : Math.max(sum.failed, 1) };
}

/**
 * Reads the counts off the output of a mocha-like runner ("12 passing", "1 failing", "2 pending").
 * A runner that ended badly, or that ran nothing, has at least one failure.
 */
export function readCounts(output: string, exitCode: number): Counts {
  const last = (word: string): number => {
    const matches = [...output.matchAll(new RegExp(`(\\d+) ${word}`, "g"))];
    return Number(matches.at(-1)?.[1] ?? 0);
  };
  const passed = last("passing");
  const failed = last("failing");
  const ended = exitCode === 0 && passed + failed > 0;
  return {
    passed,
    failed: ended ? failed : Math.max(failed, 1),
    skipped: last("pending") + last("skipped"),
  };
}
