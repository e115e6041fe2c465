import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { OrchestratorError, fromErrorRecord } from "../domain/errors.ts";
import type { ProcessAnswer, ProverReply, ProverRequest } from "./proverMessages.ts";

const SCRIPT = fileURLToPath(new URL("./proverProcess.ts", import.meta.url));
const KEPT_STDERR = 2000;

/** One running prover process, asked one thing at a time. */
export class ProverChild {
  readonly #process: ChildProcess;
  #stderr = "";

  constructor() {
    this.#process = fork(SCRIPT, [], {
      serialization: "advanced",
      execArgv: ["--no-warnings"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString()}`.slice(-KEPT_STDERR);
    });
    // An idle prover must not keep its parent alive.
    this.#process.unref();
    this.#process.channel?.unref();
  }

  /** Whether it can be asked; false as soon as it was told to end. */
  get isAlive(): boolean {
    return !this.#process.killed && !this.#isGone;
  }

  get #isGone(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /**
   * Resolves with the process's reply. An abort kills the process: nothing else stops a proof.
   * @throws OrchestratorError as the process reports, ComputeCrashed when it ends
   */
  async ask(request: ProverRequest, signal?: AbortSignal): Promise<ProcessAnswer | null> {
    signal?.throwIfAborted();
    const reply = await this.#exchange(request, signal);
    if (!reply.isOk) throw fromErrorRecord(reply.error);
    return reply.answer;
  }

  /** Ends the process and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#isGone) return;
    const gone = new Promise<void>((resolve) => this.#process.once("exit", () => resolve()));
    this.#process.ref();
    this.#process.kill("SIGKILL");
    await gone;
  }

  #exchange(request: ProverRequest, signal?: AbortSignal): Promise<ProverReply> {
    const child = this.#process;
    child.ref();
    child.channel?.ref();
    return new Promise<ProverReply>((resolve, reject) => {
      const settle = (act: () => void) => {
        child.off("message", onMessage);
        child.off("exit", onExit);
        child.off("error", onExit);
        signal?.removeEventListener("abort", onAbort);
        child.unref();
        child.channel?.unref();
        act();
      };
      const onMessage = (reply: ProverReply) => settle(() => resolve(reply));
      const onExit = () => settle(() => reject(this.#crash()));
      const onAbort = () => {
        child.kill("SIGKILL");
        settle(() => reject(signal?.reason));
      };
      child.on("message", onMessage);
      child.on("exit", onExit);
      child.on("error", onExit);
      signal?.addEventListener("abort", onAbort);
      if (!this.isAlive) onExit();
      else child.send(request, (error) => void (error === null || onExit()));
    });
  }

  #crash(): OrchestratorError {
    const { exitCode, signalCode } = this.#process;
    return new OrchestratorError("ComputeCrashed", {
      data: { process: "prover", exitCode, signalCode, stderr: this.#stderr },
      retryable: true,
    });
  }
}
