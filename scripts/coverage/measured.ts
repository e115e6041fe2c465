import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

import { BRANCHES_FILE } from "./branchCoverage.ts";
import type { Branch } from "./instrument.ts";

export interface FileCoverage {
  /** From the repository's root. */
  readonly file: string;
  /** Numbers of lines that were executed, and that were not. */
  readonly coveredLines: readonly number[];
  readonly uncoveredLines: readonly number[];
  readonly coveredBranches: readonly Branch[];
  readonly uncoveredBranches: readonly Branch[];
}

const branchList = z.array(
  z.object({ file: z.string(), line: z.number(), what: z.string(), tag: z.string() }),
);
const hitCounts = z.record(z.string(), z.number());

/**
 * What the last run of Hardhat's tests with `--coverage` left in `coverage/`, by file.
 * @throws Error if there is none.
 */
export function readCoverage(root: string): readonly FileCoverage[] {
  const branches = branchList.parse(JSON.parse(readFileSync(join(root, BRANCHES_FILE), "utf8")));
  const hits = readHits(join(root, "coverage/data"));
  const lines = readLines(readFileSync(join(root, "coverage/lcov.info"), "utf8"));
  return [...lines]
    .map(([file, counts]) => {
      const ofFile = branches.filter((branch) => branch.file === file);
      const linesWhere = (isCovered: boolean) =>
        counts.filter(({ count }) => count > 0 === isCovered).map(({ line }) => line);
      return {
        file,
        coveredLines: linesWhere(true),
        uncoveredLines: linesWhere(false),
        coveredBranches: ofFile.filter(({ tag }) => hits.has(tag)),
        uncoveredBranches: ofFile.filter(({ tag }) => !hits.has(tag)),
      };
    })
    .sort((left, right) => (left.file < right.file ? -1 : 1));
}

/** Tags that any test hit. Each runner of tests leaves files of its own. */
function readHits(folder: string): ReadonlySet<string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const tags = files.flatMap(({ parentPath, name }) =>
    Object.keys(hitCounts.parse(JSON.parse(readFileSync(join(parentPath, name), "utf8")))),
  );
  return new Set(tags);
}

interface LineCount {
  readonly line: number;
  readonly count: number;
}

/** Of lcov's format: `SF:file`, then `DA:line,count` for each line. */
function readLines(lcov: string): ReadonlyMap<string, readonly LineCount[]> {
  const records = lcov.split("end_of_record").flatMap((record) => {
    const file = /^SF:(.+)$/m.exec(record)?.[1];
    if (file === undefined) return [];
    const counts = [...record.matchAll(/^DA:(\d+),(\d+)/gm)].map(([, line, count]) => ({
      line: Number(line),
      count: Number(count),
    }));
    return [[file, counts] as const];
  });
  return new Map(records);
}
