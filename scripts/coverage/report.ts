import type { FileCoverage } from "./measured.ts";

/** What `contracts/` has to reach, in percent. */
export const GOALS = { lines: 100, branches: 98 } as const;

interface Share {
  readonly covered: number;
  readonly total: number;
  readonly percent: number;
}

export interface Totals {
  readonly lines: Share;
  readonly branches: Share;
}

export function totalsOf(files: readonly FileCoverage[]): Totals {
  const count = (listOf: (file: FileCoverage) => readonly unknown[]) =>
    files.reduce((sum, file) => sum + listOf(file).length, 0);
  return {
    lines: shareOf(
      count((file) => file.coveredLines),
      count((file) => file.uncoveredLines),
    ),
    branches: shareOf(
      count((file) => file.coveredBranches),
      count((file) => file.uncoveredBranches),
    ),
  };
}

/** Nothing to cover is covered. */
function shareOf(covered: number, uncovered: number): Share {
  const total = covered + uncovered;
  return { covered, total, percent: total === 0 ? 100 : (covered * 100) / total };
}

/** A row per file and one for all, then each branch that was not taken. */
export function formatReport(files: readonly FileCoverage[]): string {
  const width = Math.max(...files.map(({ file }) => file.length));
  const row = (name: string, { lines, branches }: Totals, missing: string) =>
    `${name.padEnd(width)}  ${formatShare(lines)}  ${formatShare(branches)}  ${missing}`.trimEnd();
  return [
    `${"file".padEnd(width)}  ${"lines".padStart(17)}  ${"branches".padStart(17)}  uncovered lines`,
    ...files.map((file) => row(file.file, totalsOf([file]), file.uncoveredLines.join(", "))),
    row("total", totalsOf(files), ""),
    ...files.flatMap(({ uncoveredBranches }) =>
      uncoveredBranches.map(({ file, line, what }) => `never: ${file}:${line}: ${what}`),
    ),
  ].join("\n");
}

/** The same for machines. */
export function summaryOf(files: readonly FileCoverage[]): object {
  const rows = files.map((file) => ({
    file: file.file,
    ...totalsOf([file]),
    uncoveredLines: file.uncoveredLines,
    uncoveredBranches: file.uncoveredBranches.map(({ line, what }) => ({ line, what })),
  }));
  return { ...totalsOf(files), goals: GOALS, files: rows };
}

/** Rounded down: 100 means all of them. */
function formatShare({ covered, total, percent }: Share): string {
  const rounded = (Math.floor(percent * 100) / 100).toFixed(2);
  return `${`${covered}/${total}`.padStart(9)} ${rounded.padStart(6)}%`;
}

/** One sentence for each goal that is not reached. */
export function missedGoals({ lines, branches }: Totals): readonly string[] {
  return [
    ...(lines.percent < GOALS.lines ? [`Lines are not covered to ${GOALS.lines}%.`] : []),
    ...(branches.percent < GOALS.branches
      ? [`Branches are not covered to ${GOALS.branches}%.`]
      : []),
  ];
}
