import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { fromErrorRecord, OrchestratorError } from "../domain/errors.ts";
import type { InferenceAnswer, Work } from "../domain/ports.ts";
import type { ComputeReply, ComputeRequest, ComputeSetup } from "./computeMessages.ts";

const STOP_MS = 2_000;

interface Waiting {
  resolve(answer: InferenceAnswer | null): void;
  reject(error: Error): void;
}

/** The near side of the compute thread; starts it when needed and again after a crash. */
export class ComputeHost {
  readonly #setup: ComputeSetup;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #nextId = 1;

  constructor(setup: ComputeSetup) {
    this.#setup = setup;
  }

  /** @throws OrchestratorError ComputeCrashed, and whatever the inference throws */
  async run({ manifestCid, input }: Pick<Work, "manifestCid" | "input">): Promise<InferenceAnswer> {
    const answer = await this.#ask({ manifestCid, input });
    if (answer === null) throw new OrchestratorError("InferenceFailed");
    return answer;
  }

  /** Loads a release before its first job. @throws as `run` */
  async prepare(manifestCid: string): Promise<void> {
    await this.#ask({ manifestCid, input: null });
  }

  #ask({ manifestCid, input }: Omit<ComputeRequest, "id">): Promise<InferenceAnswer | null> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#running().postMessage({ id, manifestCid, input });
    });
  }

  /** Frees the models and ends the thread. */
  async stop(): Promise<void> {
    const thread = this.#thread;
    if (thread === null) return;
    const ended = new Promise((resolve) => thread.once("exit", resolve));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage("stop");
    const insist = setTimeout(() => void thread.terminate(), STOP_MS);
    await ended;
    clearTimeout(insist);
  }

  #running(): Worker {
    if (this.#thread !== null) return this.#thread;
    const script = join(import.meta.dirname, "computeThread.ts");
    const thread = new Worker(script, { workerData: this.#setup });
    thread.on("message", (reply: ComputeReply) => {
      this.#settle(reply);
    });
    let cause: unknown;
    thread.once("error", (error: unknown) => {
      cause = error;
    });
    thread.once("exit", () => {
      this.#thread = null;
      const crash = new OrchestratorError("ComputeCrashed", { cause, retryable: true });
      for (const waiting of this.#waiting.values()) waiting.reject(crash);
      this.#waiting.clear();
    });
    this.#thread = thread;
    return thread;
  }

  #settle(reply: ComputeReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("answer" in reply) waiting?.resolve(reply.answer);
    else waiting?.reject(fromErrorRecord(reply.error));
  }
}
