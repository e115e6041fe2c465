// npm run slither: static analysis. Every finding is fixed, or explained in slither.json; nothing is hidden.
// Slither: pip install slither-analyzer==0.11.6 (Python), on the PATH. Without it one line says so.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { compare, formatFinding, readExplanations, readReport } from "./findings.ts";
import type { Finding } from "./findings.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** Others know other detectors, so their findings cannot be compared. */
const VERSION = "0.11.6";
const TIMEOUT_MS = 600_000;

/** Null if it is not installed. */
function installedVersion(): string | null {
  const { status, stdout } = spawnSync("slither", ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}

/** @throws Error if Slither fails. */
async function analyse(): Promise<readonly Finding[]> {
  // Loading the compiler takes two seconds, which only whoever has Slither shall wait.
  const { compileSources } = await import("./compileSources.ts");
  const folder = mkdtempSync(join(tmpdir(), "assay-slither-"));
  try {
    compileSources(ROOT, folder);
    const file = join(folder, "report.json");
    const build = ["--ignore-compile", "--hardhat-artifacts-directory", folder];
    const framework = ["--compile-force-framework", "hardhat"];
    const options = ["--filter-paths", "node_modules/", "--fail-none", "--json", file];
    const { status, error, stderr } = spawnSync(
      "slither",
      [".", ...build, ...framework, ...options],
      { cwd: ROOT, encoding: "utf8", timeout: TIMEOUT_MS, maxBuffer: 64 * 2 ** 20 },
    );
    if (status !== 0) throw new Error(`Slither failed: ${error?.message ?? stderr.trim()}`);
    return readReport(JSON.parse(readFileSync(file, "utf8")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printAll(title: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  console.error(`${findings.length} ${title}:`);
  for (const finding of findings) console.error(`  ${formatFinding(finding)}`);
}

const version = installedVersion();
if (version === null) {
  console.log("skipped: Slither is not installed");
} else if (version !== VERSION) {
  console.log(`skipped: Slither ${VERSION} is not installed, ${version} is`);
} else {
  const list = join(import.meta.dirname, "slither.json");
  const found = await analyse();
  const { unexplained, vanished, repeated } = compare(
    found,
    readExplanations(JSON.parse(readFileSync(list, "utf8"))),
  );
  printAll(
    "findings are new: mend the cause, or explain them in scripts/audit/slither.json",
    unexplained,
  );
  printAll("findings are gone: delete them from scripts/audit/slither.json", vanished);
  printAll("findings are explained twice in scripts/audit/slither.json", repeated);
  if (unexplained.length + vanished.length + repeated.length > 0) process.exitCode = 1;
  else console.log(`Slither ${version}: ${found.length} findings, each explained`);
}
