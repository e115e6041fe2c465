// npm run coverage [-- --json]: which lines and branches of contracts/, without the mocks, the tests reach.
// Fails below the goals. With --json the last line of stdout is one object.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { readCoverage } from "./measured.ts";
import { formatReport, missedGoals, summaryOf, totalsOf } from "./report.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** @throws Error if a test fails. */
function runTests(): void {
  // What an earlier run hit counts for nothing.
  rmSync(join(ROOT, "coverage"), { recursive: true, force: true });
  const config = ["--config", join(import.meta.dirname, "hardhat.config.ts")];
  const { status } = spawnSync(
    "hardhat",
    [...config, "test", "--coverage", "--test-profile", "short"],
    { cwd: ROOT, stdio: "inherit" },
  );
  if (status !== 0) throw new Error("Tests failed, so their coverage says nothing.");
}

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
try {
  runTests();
  const files = readCoverage(ROOT);
  const totals = totalsOf(files);
  console.log(formatReport(files));
  const missed = missedGoals(totals);
  for (const sentence of missed) console.error(sentence);
  if (missed.length > 0) process.exitCode = 1;
  if (values.json) console.log(JSON.stringify(summaryOf(files)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
