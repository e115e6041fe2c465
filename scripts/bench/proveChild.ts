// One prover in a process of its own, so that its memory and its first proof are its own:
// node proveChild.ts native|snarkjs ZKEY WTNS   prints one object on stdout.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

import { readZkeyHeader } from "../../circuits/keys/zkeyHeader.ts";
import { NativeBackend } from "../../orchestrator/prover/nativeBackend.ts";
import { loadNativeModule } from "../../circuits/native/nativeModule.ts";
import { SnarkjsBackend } from "../../orchestrator/prover/snarkjsBackend.ts";

/** What one process measured. */
export interface Measurement {
  readonly coldMs: number;
  readonly warmMs: number;
  readonly peakMb: number;
  /** Of the warm proof, as far as the prover says. */
  readonly phases: Readonly<Record<string, number>>;
}

const KEY = "key";

async function nativeProver(zkeyPath: string) {
  const module = loadNativeModule();
  if (typeof module === "string") throw new Error(module);
  // As a worker reads it: what a machine without AVX-512 would take.
  const isPortable = process.env["ASSAY_PROVER_PORTABLE"] === "on";
  const settings = { threads: availableParallelism(), cacheBytes: 2 ** 33, isPortable };
  const backend = new NativeBackend(module, settings);
  await backend.loadKey(KEY, zkeyPath);
  return (wtns: Uint8Array) => backend.prove(KEY, wtns);
}

async function snarkjsProver(zkeyPath: string) {
  const backend = new SnarkjsBackend();
  const provingKey = readFileSync(zkeyPath);
  await backend.load(KEY, { provingKey, verifyingKey: readZkeyHeader(provingKey).verifyingKey });
  return (wtns: Uint8Array) => backend.prove(KEY, wtns);
}

async function measure(name: string, zkeyPath: string, wtnsPath: string): Promise<Measurement> {
  const wtns = readFileSync(wtnsPath);
  const start = performance.now();
  const prove = await (name === "native" ? nativeProver(zkeyPath) : snarkjsProver(zkeyPath));
  await prove(wtns);
  const cold = performance.now();
  const { phases } = await prove(wtns);
  const end = performance.now();
  const peakMb = process.resourceUsage().maxRSS / 1024;
  return { coldMs: cold - start, warmMs: end - cold, peakMb, phases };
}

if (import.meta.main) {
  const [name = "", zkey = "", wtns = ""] = process.argv.slice(2);
  console.log(JSON.stringify(await measure(name, zkey, wtns)));
  // snarkjs's threads would keep the process alive.
  process.exit(0);
}
