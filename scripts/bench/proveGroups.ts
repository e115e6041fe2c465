// npm run bench -- groups [--json] [--only RELEASE]: whether one proof on all cores or one on each
// gets more proofs done; ASSAY_PROVER_GROUPS defaults to what is better on two cores.
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { buildRelease } from "../../circuits/release/buildRelease.ts";
import { readModelFolder } from "../../circuits/release/modelFolder.ts";
import { ProcessProver } from "../../orchestrator/prover/processProver.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";

/** Proofs that are asked at once. */
const PROOFS = 8;
/** Each figure is the median of this many such heaps, the divisions taking turns. */
const ROUNDS = 5;
const PAYEE = 7n;
const RELEASES = ["digits-mlp", "digits-cnn"];
const root = resolve(import.meta.dirname, "../..");

interface Row {
  readonly release: string;
  readonly groups: number;
  readonly threads: number;
  readonly proofs: number;
  /** From asking to the last proof. */
  readonly totalMs: number;
  /** Of one proof, without waiting for its turn. */
  readonly proofMs: number;
}

interface Heap {
  readonly totalMs: number;
  readonly proofMs: number;
}

/** Nothing else should be running. */
export async function run(options: { json: boolean; only?: string | undefined }): Promise<void> {
  const chosen = RELEASES.filter((name) => options.only === undefined || name === options.only);
  if (chosen.length === 0) throw new Error(`--only takes one of ${RELEASES.join(", ")}`);
  const rows: Row[] = [];
  for (const release of chosen) rows.push(...(await measured(release)));
  if (options.json) console.log(JSON.stringify({ rows }));
}

async function measured(release: string): Promise<readonly Row[]> {
  const scratch = await mkdtemp(join(tmpdir(), "assay-groups-"));
  const cores = availableParallelism();
  const provers: { readonly groups: number; readonly prover: ProcessProver }[] = [];
  try {
    const modelDirectory = join(root, "models", release);
    const store = new LocalStore(join(scratch, "store"));
    const cacheDirectory = join(scratch, "keys");
    const { manifestCid } = await buildRelease({ modelDirectory, store, cacheDirectory });
    const { heldout } = await readModelFolder(modelDirectory);
    const input = Uint8Array.from(heldout[0]?.input ?? []);
    for (const groups of new Set([1, cores])) {
      const prover = new ProcessProver({ store, groups });
      await prover.prepare(manifestCid);
      provers.push({ groups, prover });
    }
    const heaps = provers.map((): Heap[] => []);
    // The first round warms what loading a key leaves cold.
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [index, { prover }] of provers.entries()) {
        const heap = await proveHeap(prover, { manifestCid, input });
        if (round > 0) heaps[index]?.push(heap);
      }
    }
    return provers.map(({ groups }, index) => {
      const threads = Math.max(1, Math.floor(cores / groups));
      return reported({ release, groups, threads, proofs: PROOFS, ...medians(heaps[index] ?? []) });
    });
  } finally {
    await Promise.all(provers.map(({ prover }) => prover.stop()));
    await rm(scratch, { recursive: true, force: true });
  }
}

async function proveHeap(
  prover: ProcessProver,
  work: { readonly manifestCid: string; readonly input: Uint8Array },
): Promise<Heap> {
  const start = performance.now();
  const answers = await Promise.all(
    Array.from({ length: PROOFS }, (_, index) => {
      const requestId = `0x${(index + 1).toString(16).padStart(64, "0")}` as const;
      return prover.prove({ ...work, requestId, payee: PAYEE });
    }),
  );
  const totalMs = performance.now() - start;
  return { totalMs, proofMs: answers.reduce((sum, { proveMs }) => sum + proveMs, 0) / PROOFS };
}

function medians(heaps: readonly Heap[]): Heap {
  const median = (name: keyof Heap) => {
    const sorted = heaps.map((heap) => heap[name]).sort((left, right) => left - right);
    return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 10) / 10;
  };
  return { totalMs: median("totalMs"), proofMs: median("proofMs") };
}

function reported(row: Row): Row {
  const [load = 0] = loadavg();
  console.error(
    `${row.release}: ${row.groups} group(s) of ${row.threads} thread(s): ${row.proofs} proofs in ` +
      `${row.totalMs} ms, each ${row.proofMs} ms; medians of ${ROUNDS}, load ${load.toFixed(1)}`,
  );
  return row;
}
