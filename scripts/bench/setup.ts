import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { ensureDevelopmentPtau } from "../../circuits/keys/developmentKeys.ts";
import { hasNativeSetup } from "../../circuits/keys/nativeSetup.ts";
import { domainPower } from "../../circuits/keys/r1csHeader.ts";
import type { SetupBackend, SetupMeasurement, SetupStep } from "./setupChild.ts";
import { type SumsCircuit, sizeOfSums, writeSumsCircuit } from "./setupCircuits.ts";

/** The native figure is the median of this many processes; the reference is measured once. */
const ROUNDS = 3;

interface Subject extends SumsCircuit {
  readonly circuit: string;
  /** Whether TypeScript and snarkjs end in reasonable time, too. */
  readonly hasReference: boolean;
}

const SUBJECTS: readonly Subject[] = [
  { circuit: "sums-10k", neurons: 400, inputs: 226, hasReference: true },
  { circuit: "sums-100k", neurons: 4_000, inputs: 226, hasReference: true },
  { circuit: "sums-1M", neurons: 40_000, inputs: 226, hasReference: false },
];
const STEPS: readonly SetupStep[] = ["development", "ptau", "check"];

interface Figures {
  readonly setupMs: number;
  readonly peakMb: number;
}
type StepRow = Readonly<Record<SetupBackend, Figures | null>>;
type SetupRow = {
  readonly circuit: string;
  readonly constraints: number;
  readonly termsC: number;
  /** To make the development powers of tau; null where the native setup was not built. */
  readonly ptauMs: number | null;
} & Readonly<Record<SetupStep, StepRow>>;

const runFile = promisify(execFile);
const child = resolve(import.meta.dirname, "setupChild.ts");

/**
 * Times and memory of setups: native, and for reference in TypeScript (development keys) or by
 * snarkjs (keys from powers of tau, and their check). Nothing else should be running.
 */
export async function run(options: { json: boolean; only?: string | undefined }): Promise<void> {
  const chosen = SUBJECTS.filter(({ circuit }) => [undefined, circuit].includes(options.only));
  if (chosen.length === 0) {
    throw new Error(`--only takes one of ${SUBJECTS.map(({ circuit }) => circuit).join(", ")}`);
  }
  if (!hasNativeSetup()) console.error("skipped: native prover: not built");
  const rows: SetupRow[] = [];
  for (const subject of chosen) rows.push(await measured(subject));
  if (options.json) console.log(JSON.stringify({ rows }));
}

async function measured(subject: Subject): Promise<SetupRow> {
  const directory = await mkdtemp(join(tmpdir(), "assay-setup-"));
  try {
    const r1cs = join(directory, "circuit.r1cs");
    writeSumsCircuit(subject, r1cs);
    const { rows, termsC } = sizeOfSums(subject);
    const domainSize = 2 ** domainPower({ wires: 0, publicInputs: 1, publicOutputs: 2, rows });
    const start = performance.now();
    const isMade = hasNativeSetup() || subject.circuit === SUBJECTS[0]?.circuit;
    const ptau = isMade && (await ensureDevelopmentPtau({ domainSize, cacheDirectory: directory }));
    const ptauMs = hasNativeSetup() ? Math.round(performance.now() - start) : null;
    const empty = { native: null, reference: null };
    const steps: Record<SetupStep, StepRow> = { development: empty, ptau: empty, check: empty };
    for (const step of STEPS) {
      if (ptau === false && step !== "development") continue;
      const files = { directory, r1cs, ptau: ptau === false ? "" : ptau };
      const native = hasNativeSetup() ? await medians(step, files) : null;
      const reference = subject.hasReference ? await inChild("reference", step, files) : null;
      steps[step] = { native, reference };
      report(subject.circuit, step, steps[step]);
    }
    return { circuit: subject.circuit, constraints: rows, termsC, ptauMs, ...steps };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Files {
  readonly directory: string;
  readonly r1cs: string;
  readonly ptau: string;
}

async function medians(step: SetupStep, files: Files): Promise<Figures> {
  const measurements: Figures[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    measurements.push(await inChild("native", step, files));
  }
  const median = (name: keyof Figures) =>
    measurements.map((each) => each[name]).toSorted((left, right) => left - right)[
      Math.floor(ROUNDS / 2)
    ] ?? 0;
  return { setupMs: median("setupMs"), peakMb: median("peakMb") };
}

async function inChild(backend: SetupBackend, step: SetupStep, files: Files): Promise<Figures> {
  const { directory, r1cs, ptau } = files;
  const key = join(directory, "ptau.zkey");
  // Development keys are cached: each is made in a folder of its own.
  const isCached = step === "development" && backend === "native";
  const target = isCached ? await mkdtemp(join(directory, "keys-")) : key;
  const { stdout } = await runFile(process.execPath, [
    "--no-warnings",
    child,
    backend,
    step,
    r1cs,
    ptau,
    target,
  ]);
  if (isCached) await rm(target, { recursive: true });
  const { ms, peakMb } = JSON.parse(stdout) as SetupMeasurement;
  return { setupMs: Math.round(ms), peakMb: Math.round(peakMb) };
}

function report(circuit: string, step: SetupStep, { native, reference }: StepRow): void {
  const text = (figures: Figures | null) =>
    figures === null ? "skipped" : `${figures.setupMs} ms, ${figures.peakMb} MB`;
  const [load = 0] = loadavg();
  console.error(
    `${circuit} ${step}: native ${text(native)}; reference ${text(reference)}; ` +
      `load ${load.toFixed(1)}`,
  );
}
