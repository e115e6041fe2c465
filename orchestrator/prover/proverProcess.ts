/**
 * The process that proves: snarkjs needs its own threads, which it cannot start inside a worker
 * thread, and a proof can be stopped only by ending them.
 */
import { curves } from "snarkjs";
import { toErrorRecord } from "../domain/errors.ts";
import { type WarmRelease, loadRelease, prove } from "./proveWithSnarkjs.ts";
import type { ProcessAnswer, ProverReply, ProverRequest } from "./proverMessages.ts";

const releases = new Map<string, WarmRelease>();

process.on("message", (request: ProverRequest) => {
  void reply(request);
});
// The parent is gone, perhaps killed: nobody waits for a proof any more.
process.on("disconnect", () => process.exit(0));

async function reply(request: ProverRequest): Promise<void> {
  let answer: ProverReply;
  try {
    answer = { isOk: true, answer: await handle(request) };
  } catch (error) {
    answer = { isOk: false, error: toErrorRecord(error) };
  }
  process.send?.(answer);
}

async function handle(request: ProverRequest): Promise<ProcessAnswer | null> {
  if (request.kind === "load") {
    releases.set(request.release, loadRelease(request));
    // Compiles the engine and starts its threads, so that the first proof is as fast as any.
    await curves.getCurveFromName("bn128");
    return null;
  }
  if (request.kind === "unload") {
    releases.delete(request.release);
    return null;
  }
  const release = releases.get(request.release);
  if (release === undefined) throw new RangeError(`${request.release} is not loaded`);
  return prove(release, request);
}
