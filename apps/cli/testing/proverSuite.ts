import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { NO_TESTS, readCargoCounts, type Counts } from "./counts.ts";

const FETCH_MS = 120_000;
const CARGO_MS = 600_000;
/** The binding's dependencies too, so that tests and binary share what is compiled. */
const SHARED = ["--locked", "--release", "--features", "node"];

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/**
 * Tests the native prover's crate where cargo can, and builds it, so that the other suites meet both
 * backends; elsewhere prints why not. A crate that does not compile is a failure.
 */
export async function runProverSuite(input: {
  readonly root: string;
  readonly print: (line: string) => void;
}): Promise<Counts> {
  const { root, print } = input;
  const crate = join(root, "circuits/prover");
  const obstacle = await fetchCrates(crate);
  if (obstacle !== null) {
    print(`native prover: skipped: ${obstacle}`);
    return NO_TESTS;
  }
  const target = join(root, "build/prover/target");
  const args = ["test", ...SHARED, "--target-dir", target];
  const tests = await run("cargo", args, { cwd: crate, timeoutMs: CARGO_MS, print });
  const counts = readCargoCounts(tests.output, tests.exitCode);
  if (counts.failed > 0) print(tests.output.trimEnd());
  const script = join(root, "scripts/build/buildProver.ts");
  const build = await run(process.execPath, [script], { cwd: root, timeoutMs: CARGO_MS, print });
  if (build.exitCode === 0) return counts;
  print(`FAILED: npm run build:prover\n${build.output.trimEnd()}`);
  return { ...counts, failed: counts.failed + 1 };
}

/** Null where cargo has all it needs; else why not, in one line. */
async function fetchCrates(crate: string): Promise<string | null> {
  try {
    const old = await tooOld(crate);
    if (old !== null) return old;
    const { exitCode, output } = await run("cargo", ["fetch", "--locked"], {
      cwd: crate,
      timeoutMs: FETCH_MS,
    });
    if (exitCode === 0) return null;
    const complaint = output.split("\n").find((line) => line.startsWith("error"));
    return `cargo could not fetch the crates: ${complaint ?? `it ended with ${exitCode}`}`;
  } catch {
    return "cargo is not installed";
  }
}

/** cargo fetches for compilers that cannot compile what it fetched. */
async function tooOld(crate: string): Promise<string | null> {
  const manifest = await readFile(join(crate, "Cargo.toml"), "utf8");
  const { output } = await run("rustc", ["--version"], { cwd: crate, timeoutMs: FETCH_MS });
  const needed = minorVersion(/^rust-version = "1\.(\d+)"/m, manifest);
  return minorVersion(/^rustc 1\.(\d+)/m, output) >= needed
    ? null
    : `the crate needs rustc 1.${needed}, this is ${output.trim()}`;
}

/** 0 where the text says none. */
function minorVersion(pattern: RegExp, text: string): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

async function run(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly timeoutMs: number;
    readonly print?: (line: string) => void;
  },
): Promise<Ended> {
  const { cwd, timeoutMs, print } = options;
  const start = performance.now();
  const child = spawn(command, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    // A frozen toolchain download must not hold up everything else.
    timeout: timeoutMs,
    env: { ...process.env, CARGO_TERM_COLOR: "never" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const exitCode = await new Promise<number>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      done(code ?? 1);
    });
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print?.(`  ${[command.split("/").at(-1), args[0]?.split("/").at(-1)].join(" ")}: ${seconds} s`);
  return { exitCode, output };
}
