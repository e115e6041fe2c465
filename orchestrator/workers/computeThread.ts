/** Runs models, which block a thread, away from the event loop that renews the jobs' locks. */
import { parentPort, workerData } from "node:worker_threads";

import { toErrorRecord } from "../domain/errors.ts";
import { openInterpreter } from "../runtime/integerSession.ts";
import { OnnxInference } from "../runtime/onnxInference.ts";
import { LocalStore } from "../storage/localStore.ts";
import type { ComputeReply, ComputeRequest, ComputeSetup } from "./computeMessages.ts";
import { workerStore } from "./workerStore.ts";

const { artefacts, runtime } = workerData as ComputeSetup;
const store = "storeDir" in artefacts ? new LocalStore(artefacts.storeDir) : workerStore(artefacts);
const inference =
  runtime === "onnxruntime"
    ? new OnnxInference({ store })
    : new OnnxInference({ store, openSession: (model) => Promise.resolve(openInterpreter(model)) });

parentPort?.on("message", (request: ComputeRequest | "stop") => {
  void (request === "stop" ? stop() : answer(request));
});

async function answer({ id, ...work }: ComputeRequest): Promise<void> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(await reply(id, work));
}

async function reply(id: number, work: Omit<ComputeRequest, "id">): Promise<ComputeReply> {
  try {
    const { manifestCid, input } = work;
    if (input !== null) return { id, answer: await inference.run({ manifestCid, input }) };
    await inference.prepare(manifestCid);
    return { id, answer: null };
  } catch (error) {
    return { id, error: toErrorRecord(error) };
  }
}

async function stop(): Promise<void> {
  await inference.stop();
  parentPort?.close();
}
