// One setup in a process of its own, so that its memory is its own:
// node setupChild.ts BACKEND STEP R1CS PTAU ZKEY   prints one object on stdout.
import { checkBySnarkjs, checkKey } from "../../circuits/keys/checkKey.ts";
import { ensureDevelopmentKeys, makeByTypeScript } from "../../circuits/keys/developmentKeys.ts";
import { makeBySnarkjs, makeKeyFromPtau } from "../../circuits/keys/keyFromPtau.ts";

/** What one process measured. */
export interface SetupMeasurement {
  readonly ms: number;
  readonly peakMb: number;
}

export type SetupBackend = "native" | "reference";
/** A development key, a key from powers of tau, and the check of one. */
export type SetupStep = "development" | "ptau" | "check";

interface Files {
  readonly r1cs: string;
  readonly ptauPath: string;
  readonly zkeyPath: string;
}

const STEPS: Readonly<Record<string, (files: Files) => Promise<unknown>>> = {
  "native development": ({ r1cs, zkeyPath }) =>
    ensureDevelopmentKeys({ r1cs, name: "bench", cacheDirectory: zkeyPath }),
  "native ptau": makeKeyFromPtau,
  "native check": (files) => checkKey({ ...files, zkey: files.zkeyPath, isProduction: false }),
  "reference development": makeByTypeScript,
  "reference ptau": makeBySnarkjs,
  "reference check": (files) =>
    checkBySnarkjs({ ...files, zkey: files.zkeyPath, isProduction: false }),
};

if (import.meta.main) {
  const [backend = "", step = "", r1cs = "", ptauPath = "", zkeyPath = ""] = process.argv.slice(2);
  const act = STEPS[`${backend} ${step}`];
  if (act === undefined) throw new Error(`${backend} ${step} is no setup`);
  const start = performance.now();
  await act({ r1cs, ptauPath, zkeyPath });
  const ms = performance.now() - start;
  const measured = { ms, peakMb: process.resourceUsage().maxRSS / 1024 };
  console.log(JSON.stringify(measured));
  // snarkjs's threads would keep the process alive.
  process.exit(0);
}
