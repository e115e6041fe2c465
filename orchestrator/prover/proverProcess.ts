/**
 * The process that proves: snarkjs needs its own threads, which it cannot start inside a worker
 * thread, and its proofs can be stopped only by ending them.
 */
import { toErrorRecord } from "../domain/errors.ts";
import type { ProofWatch } from "../domain/ports.ts";
import { BackendChoice } from "./backendChoice.ts";
import { CheckedBackend } from "./checkedBackend.ts";
import { preferredBackend } from "./preferredBackend.ts";
import { proveRelease } from "./proveRelease.ts";
import type {
  ProcessAnswer,
  ProverProgress,
  ProverReply,
  ProverRequest,
  ProverSettings,
} from "./proverMessages.ts";
import { SnarkjsBackend } from "./snarkjsBackend.ts";
import { type WarmRelease, loadRelease } from "./warmRelease.ts";

const settings = JSON.parse(process.argv[2] ?? "null") as ProverSettings;
const releases = new Map<string, WarmRelease>();
/** Lines for the log that the next reply will carry. */
let notices: readonly string[] = [];
let underWay: AbortController | null = null;
const starting = start();

process.on("message", (request: ProverRequest) => {
  if (request.kind === "cancel") underWay?.abort();
  else void reply(request);
});
// The parent is gone, perhaps killed: nobody waits for a proof any more.
process.on("disconnect", () => process.exit(0));

async function start() {
  const native = await preferredBackend(settings);
  if (typeof native === "string") skipped(native);
  else noted(`in use: ${native.instructions}`);
  const preferred = typeof native === "string" ? null : new CheckedBackend(native);
  const fallback = new SnarkjsBackend();
  const onTableMissing = (reason: string) => noted(`no table: ${reason}`);
  return new BackendChoice({ preferred, fallback, onSkipped: skipped, onTableMissing });
}

function skipped(reason: string): void {
  noted(`skipped: ${reason}`);
}

function noted(fact: string): void {
  notices = [...notices, `native prover: ${fact}`];
}

async function reply(request: ProverRequest): Promise<void> {
  const controller = new AbortController();
  underWay = controller;
  const onPhase = (phase: string) => {
    // The last ones may come when the proof is made already.
    if (underWay === controller) process.send?.({ phase } satisfies ProverProgress);
  };
  let outcome;
  try {
    const answer = await handle(request, { signal: controller.signal, onPhase });
    outcome = { isOk: true, answer } as const;
  } catch (error) {
    outcome = { isOk: false, error: toErrorRecord(error) } as const;
  }
  underWay = null;
  const answer: ProverReply = { ...outcome, notices };
  notices = [];
  process.send?.(answer);
}

async function handle(request: ProverRequest, watch: ProofWatch): Promise<ProcessAnswer | null> {
  const backends = await starting;
  if (request.kind === "load") {
    const files = await loadRelease(request);
    await backends.load(request.release, files);
    releases.set(request.release, files);
    return null;
  }
  if (request.kind === "prove") {
    const files = releases.get(request.release);
    if (files === undefined) throw new RangeError(`${request.release} is not loaded`);
    return proveRelease({ backends, files }, request, watch);
  }
  if (request.kind === "makeTable") {
    const bytes = await backends.makeTable(request.release, watch.signal);
    if (bytes > 0) noted(`a table of ${(bytes / 1e6).toFixed(1)} MB was made`);
  }
  if (request.kind === "unload") {
    releases.delete(request.release);
    backends.unload(request.release);
  }
  return null;
}
