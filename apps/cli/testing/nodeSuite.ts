import { glob } from "node:fs/promises";
import { relative } from "node:path";
import { run, type EventData } from "node:test";

import type { Counts } from "./counts.ts";

/** For one test or one file; a file that leaves something running would never end. */
const TIMEOUT_MS = 240_000;
const MAX_LINES = 40;
const MAX_COLUMNS = 300;

export interface NodeSuite {
  readonly root: string;
  /** Patterns below `root` of the files to run. */
  readonly files: readonly string[];
  /** Test files that may run at the same time. */
  readonly concurrency: number;
  readonly print: (line: string) => void;
}

/**
 * Runs files of node's own test runner, each in a process of its own, and prints a line per file
 * and per test that failed or was skipped.
 */
export async function runNodeSuite({
  root,
  files,
  concurrency,
  print,
}: NodeSuite): Promise<Counts> {
  const found = await Array.fromAsync(glob([...files], { cwd: root }));
  if (found.length === 0) return { passed: 0, failed: 0, skipped: 0 };

  let counts: Counts | undefined;
  const complaints = new Map<string | undefined, string>();
  const stream = run({ cwd: root, files: found.sort(), concurrency, timeout: TIMEOUT_MS });
  stream.on("test:stderr", ({ file, message }) => {
    complaints.set(file, (complaints.get(file) ?? "") + message);
  });
  stream.on("test:fail", (test) => {
    printFailure(root, test, print);
    // A file that could not be run at all says why on its standard error only.
    const isFile = test.file !== undefined && test.file.endsWith(test.name);
    if (isFile) print(excerpt(complaints.get(test.file) ?? ""));
  });
  stream.on("test:pass", (test) => {
    if (test.skip !== undefined && test.skip !== false) {
      print(`  skipped: ${test.name}: ${typeof test.skip === "string" ? test.skip : "no reason"}`);
    }
  });
  stream.on("test:summary", (summary) => {
    const { tests, passed, skipped, todo } = summary.counts;
    const failed = tests - passed - skipped - todo;
    const seconds = (summary.duration_ms / 1000).toFixed(1);
    if (summary.file === undefined) counts = { passed, failed, skipped };
    else
      print(`  ${relative(root, summary.file)}: ${passed} passed, ${failed} failed, ${seconds} s`);
  });
  for await (const event of stream) void event;
  return counts ?? { passed: 0, failed: 1, skipped: 0 };
}

function printFailure(root: string, test: EventData.TestFail, print: (line: string) => void): void {
  // A suite fails because a test in it did, which has been printed already.
  if (test.details.type === "suite" && isChildFailure(test.details.error)) return;
  const where = test.file === undefined ? "" : ` (${relative(root, test.file)}:${test.line ?? 0})`;
  const error = test.details.error;
  const cause = error.cause instanceof Error ? error.cause : error;
  print(`  FAILED: ${test.name}${where}`);
  print(excerpt(cause.stack ?? cause.message));
}

function isChildFailure(error: Error): boolean {
  return "failureType" in error && error.failureType === "subtestsFailed";
}

/** Some errors carry the bytecode of a contract: nobody reads that. */
function excerpt(text: string): string {
  const lines = text.trimEnd().split("\n").slice(0, MAX_LINES);
  return lines.map((line) => `    ${line.slice(0, MAX_COLUMNS)}`).join("\n");
}
