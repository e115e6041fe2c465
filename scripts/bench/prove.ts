import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { hasNativeSetup } from "../../circuits/keys/nativeSetup.ts";
import { loadNativeModule } from "../../circuits/native/nativeModule.ts";
import type { Measurement } from "./proveChild.ts";
import { SUBJECTS, type Subject } from "./proveSubjects.ts";

/** Each prover's figure is the median of this many processes, the provers taking turns. */
const ROUNDS = 5;
/** Without the native setup measured only when named: the other one takes minutes. */
const LARGE = /\^18$/;
/** One process: its cold proof and its warm one. */
const MOST_MS = 180_000;
const POLL_MS = 5;
const KILOBYTES = /^VmHWM:\s+(\d+) kB$/m;

type ProverName = "native" | "snarkjs" | "rapidsnark";
type Figures = Pick<Measurement, "coldMs" | "warmMs" | "peakMb">;
type Row = { readonly circuit: string; readonly constraints: number; readonly setupMs: number } & {
  readonly [name in ProverName]: Figures | null;
};

/** Those that may be missing. */
type Provers = Readonly<Record<Exclude<ProverName, "snarkjs">, boolean>>;

const runFile = promisify(execFile);
const child = resolve(import.meta.dirname, "proveChild.ts");

/** Times and memory of single proofs. Nothing else should be running. */
export async function run(options: { json: boolean; only?: string | undefined }): Promise<void> {
  const chosen = [...SUBJECTS].filter(([name]) =>
    options.only === undefined ? hasNativeSetup() || !LARGE.test(name) : name === options.only,
  );
  if (chosen.length === 0)
    throw new Error(`--only takes one of ${[...SUBJECTS.keys()].join(", ")}`);
  const native = loadNativeModule();
  if (typeof native === "string") console.error(`native prover: skipped: ${native}`);
  const provers: Provers = {
    native: typeof native !== "string",
    rapidsnark: process.env["RAPIDSNARK"] !== undefined,
  };
  const rows: Row[] = [];
  for (const [, make] of chosen) rows.push(await measured(make, provers));
  if (options.json) console.log(JSON.stringify({ rows }));
}

async function measured(
  make: (directory: string) => Promise<Subject>,
  provers: Provers,
): Promise<Row> {
  const directory = await mkdtemp(join(tmpdir(), "assay-prove-"));
  try {
    const subject = await make(directory);
    const results: Record<ProverName, Measurement[]> = { native: [], snarkjs: [], rapidsnark: [] };
    let isSnarkjsTooSlow = false;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (provers.native) results.native.push(await inChild("native", subject));
      if (!isSnarkjsTooSlow) {
        const result = await inChild("snarkjs", subject).catch(slowness);
        if (result === null) isSnarkjsTooSlow = true;
        else results.snarkjs.push(result);
      }
      if (provers.rapidsnark) results.rapidsnark.push(await rapidsnark(subject, directory));
    }
    const { circuit, constraints } = subject;
    const setupMs = Math.round(subject.setupMs);
    const [native, snarkjs] = [medians(results.native), medians(results.snarkjs)];
    const row = { circuit, constraints, setupMs, native, snarkjs };
    const whole = { ...row, rapidsnark: medians(results.rapidsnark) };
    report(whole, results.native.at(-1));
    return whole;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function inChild(name: ProverName, subject: Subject): Promise<Measurement> {
  const args = ["--no-warnings", child, name, subject.zkeyPath, subject.wtnsPath];
  const { stdout } = await runFile(process.execPath, args, { timeout: MOST_MS });
  return JSON.parse(stdout) as Measurement;
}

/** Null for a process that was ended since it took too long. */
function slowness(error: unknown): null {
  if (!(error instanceof Error) || !("killed" in error) || error.killed !== true) throw error;
  console.error(`snarkjs: skipped: more than ${MOST_MS / 1_000} s`);
  return null;
}

/** It keeps nothing between proofs: its second run is as warm as it gets. */
async function rapidsnark(subject: Subject, directory: string): Promise<Measurement> {
  const cold = await spawned(subject, directory);
  const warm = await spawned(subject, directory);
  const peakMb = Math.max(cold.peakMb, warm.peakMb);
  return { coldMs: cold.ms, warmMs: warm.ms, peakMb, tableMb: 0, tableMs: 0, phases: {} };
}

async function spawned({ zkeyPath, wtnsPath }: Subject, directory: string) {
  const outputs = [join(directory, "proof.json"), join(directory, "public.json")];
  const start = performance.now();
  const binary = spawn(process.env["RAPIDSNARK"] ?? "", [zkeyPath, wtnsPath, ...outputs], {
    stdio: "ignore",
  });
  let peakMb = 0;
  const timer = setInterval(() => {
    void readFile(`/proc/${binary.pid}/status`, "utf8").then(
      (text) => (peakMb = Math.max(peakMb, Number(KILOBYTES.exec(text)?.[1] ?? 0) / 1024)),
      () => 0,
    );
  }, POLL_MS);
  try {
    await new Promise<void>((ended, failed) => {
      binary.on("error", failed);
      binary.on("exit", (code) =>
        code === 0 ? ended() : failed(new Error(`RAPIDSNARK ended with ${code}`)),
      );
    });
  } finally {
    clearInterval(timer);
  }
  return { ms: performance.now() - start, peakMb };
}

function medians(measurements: readonly Measurement[]): Figures | null {
  if (measurements.length === 0) return null;
  const median = (name: keyof Figures) => {
    const sorted = measurements.map((each) => each[name]).sort((left, right) => left - right);
    return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 10) / 10;
  };
  return { coldMs: median("coldMs"), warmMs: median("warmMs"), peakMb: median("peakMb") };
}

function report(row: Row, last: Measurement | undefined): void {
  const text = (name: ProverName) => {
    const figures = row[name];
    return figures === null
      ? `${name}: skipped`
      : `${name} ${figures.warmMs} ms (cold ${figures.coldMs}, ${figures.peakMb} MB)`;
  };
  const [load = 0] = loadavg();
  console.error(
    `${row.circuit}: ${text("native")}; ${text("snarkjs")}; ${text("rapidsnark")}; ` +
      `medians of ${ROUNDS}, load ${load.toFixed(1)}`,
  );
  if (last === undefined) return;
  if (last.tableMb > 0) {
    const [megabytes, ms] = [last.tableMb.toFixed(1), last.tableMs.toFixed(0)];
    console.error(`  its table, made before warm proofs: ${megabytes} MB in ${ms} ms`);
  }
  const parts = Object.entries(last.phases).map(([phase, ms]) => `${phase} ${ms.toFixed(1)}`);
  console.error(`  native phases of one warm proof, ms: ${parts.join(", ")}`);
}
