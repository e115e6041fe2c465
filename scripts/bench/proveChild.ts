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
  /** Of what makes warm proofs quicker, before the warm one; 0 where nothing was made. */
  readonly tableMb: number;
  readonly tableMs: number;
  /** Of the warm proof, as far as the prover says. */
  readonly phases: Readonly<Record<string, number>>;
}

const KEY = "key";

async function nativeProver(zkeyPath: string) {
  const module = loadNativeModule();
  if (typeof module === "string") throw new Error(module);
  // As a worker reads it: what a machine without AVX-512 would take.
  const isPortable = process.env["ASSAY_PROVER_PORTABLE"] === "on";
  const tableBytes = Number(process.env["ASSAY_PROVER_TABLE_MB"] ?? 0) * 2 ** 20;
  const settings = { threads: availableParallelism(), cacheBytes: 2 ** 33, tableBytes, isPortable };
  const backend = new NativeBackend(module, settings);
  await backend.loadKey(KEY, zkeyPath);
  return {
    prove: (wtns: Uint8Array) => backend.prove(KEY, wtns),
    makeTable: () => backend.makeKeyTable(KEY),
  };
}

async function snarkjsProver(zkeyPath: string) {
  const backend = new SnarkjsBackend();
  const provingKey = readFileSync(zkeyPath);
  await backend.load(KEY, { provingKey, verifyingKey: readZkeyHeader(provingKey).verifyingKey });
  return {
    prove: (wtns: Uint8Array) => backend.prove(KEY, wtns),
    makeTable: () => Promise.resolve({ tableBytes: 0, tableMs: 0 }),
  };
}

async function measure(name: string, zkeyPath: string, wtnsPath: string): Promise<Measurement> {
  const wtns = readFileSync(wtnsPath);
  const start = performance.now();
  const prover = await (name === "native" ? nativeProver(zkeyPath) : snarkjsProver(zkeyPath));
  await prover.prove(wtns);
  const coldMs = performance.now() - start;
  const { tableBytes, tableMs } = await prover.makeTable();
  const warm = performance.now();
  const { phases } = await prover.prove(wtns);
  const warmMs = performance.now() - warm;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  return { coldMs, warmMs, peakMb, tableMb: tableBytes / 1e6, tableMs, phases };
}

if (import.meta.main) {
  const [name = "", zkey = "", wtns = ""] = process.argv.slice(2);
  console.log(JSON.stringify(await measure(name, zkey, wtns)));
  // snarkjs's threads would keep the process alive.
  process.exit(0);
}
