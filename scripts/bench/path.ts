import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

import { buildRelease, type BuiltRelease } from "../../circuits/release/buildRelease.ts";
import { readModelFolder } from "../../circuits/release/modelFolder.ts";
import { ProcessProver } from "../../orchestrator/prover/processProver.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";
import { endedRequests, showDigits } from "../demo/digitRequests.ts";
import { startLocalOperator, type LocalOperator } from "../demo/localOperator.ts";
import { MemoryWatch } from "./memoryWatch.ts";

const root = resolve(import.meta.dirname, "../..");
const MODELS = ["digits-mlp", "digits-cnn"] as const;
const WARM_PROOFS = 9;
const WARM_REQUESTS = 7;
const PATIENCE_MS = 60_000;
const PAYEE = 1n;

/** One figure; the unit stands in its field's name. */
type PathRow = { readonly key: string } & (
  { readonly ms: number } | { readonly seconds: number } | { readonly megabytes: number }
);

/** Times along the whole path, from an ONNX file to a callback. Nothing else should be running. */
export async function run(options: { readonly json: boolean }): Promise<void> {
  const rows: PathRow[] = [];
  for (const model of MODELS) rows.push(...(await measureModel(model)));
  for (const model of MODELS) rows.push(await measureRequests(model));
  rows.push(...(await measureDemo()));
  for (const { key, ...figure } of rows) {
    const [[unit, value] = ["", 0]] = Object.entries(figure);
    console.error(`${value.toFixed(unit === "seconds" ? 1 : 0).padStart(7)} ${unit}  ${key}`);
  }
  if (options.json) console.log(JSON.stringify({ rows }));
}

async function measureModel(model: string): Promise<readonly PathRow[]> {
  const scratch = await mkdtemp(join(tmpdir(), "assay-bench-"));
  try {
    const store = new LocalStore(join(scratch, "store"));
    const release = await buildRelease({
      modelDirectory: join(root, "models", model),
      store,
      cacheDirectory: join(scratch, "keys"),
    });
    return [
      { key: `compile: ${model}, from ONNX to constraints`, ms: release.compileMs },
      { key: `keys: ${model}, development setup`, ms: release.keysMs },
      {
        key: `proof: ${model}, warm, median of ${WARM_PROOFS}`,
        ms: await warmProof(release, store, model),
      },
    ];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function warmProof(release: BuiltRelease, store: LocalStore, model: string): Promise<number> {
  const { heldout } = await readModelFolder(join(root, "models", model));
  const prover = new ProcessProver({ store });
  try {
    const times: number[] = [];
    for (const [index, { input }] of heldout.slice(0, WARM_PROOFS + 1).entries()) {
      const { proveMs } = await prover.prove({
        requestId: `0x${index.toString(16).padStart(64, "0")}`,
        manifestCid: release.manifestCid,
        payee: PAYEE,
        input: Uint8Array.from(input),
      });
      times.push(proveMs);
    }
    return median(times.slice(1));
  } finally {
    await prover.stop();
  }
}

/** One request at a time, after a first one that warms sessions and keys. */
async function measureRequests(model: string): Promise<PathRow> {
  const { heldout } = await readModelFolder(join(root, "models", model));
  const cleanup = new AsyncDisposableStack();
  try {
    const onStep = (): void => undefined;
    const operator = await startLocalOperator({ models: [model], onStep, cleanup });
    const times: number[] = [];
    for (const { input } of heldout.slice(0, WARM_REQUESTS + 1)) {
      times.push(await requestToCallback(operator, input));
    }
    const key = `request to callback: ${model}, blocks of one second, median of ${WARM_REQUESTS}`;
    return { key, ms: median(times.slice(1)) };
  } finally {
    await cleanup.disposeAsync();
  }
}

async function requestToCallback(
  { network, failed }: LocalOperator,
  image: readonly number[],
): Promise<number> {
  const [releaseId = "0x"] = network.releaseIds;
  const [sent] = await showDigits(network, [{ releaseId, image }]);
  if (sent === undefined) throw new Error("nothing was sent");
  const stopping = AbortSignal.any([failed, AbortSignal.timeout(PATIENCE_MS)]);
  for await (const ended of endedRequests(network, [sent.requestId], stopping)) {
    return ended.seenAt - sent.sentAt;
  }
  throw new Error(`request ${sent.requestId} did not end`);
}

const demoOutcome = z.object({
  ok: z.literal(true),
  seconds: z.number(),
});

/** The demo as a user starts it, all its processes watched. */
async function measureDemo(): Promise<readonly PathRow[]> {
  const memory = new MemoryWatch();
  memory.start();
  const demo = spawn(process.execPath, [join(root, "apps/cli/main.ts"), "demo", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks = await Array.fromAsync(demo.stdout.setEncoding("utf8"));
  const lastLine = chunks.join("").trimEnd().split("\n").at(-1) ?? "";
  const { seconds } = demoOutcome.parse(JSON.parse(lastLine));
  const peak = memory.stop();
  const rows: PathRow[] = [{ key: "demo: ten digits, from start to end", seconds }];
  if (peak !== null) {
    rows.push({
      key: "memory: all processes of the demo together, at most",
      megabytes: peak / 1e6,
    });
  }
  return rows;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
