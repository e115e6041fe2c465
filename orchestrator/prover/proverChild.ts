import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { OrchestratorError, fromErrorRecord } from "../domain/errors.ts";
import type { ProofWatch } from "../domain/ports.ts";
import type {
  ProcessAnswer,
  ProverProgress,
  ProverReply,
  ProverRequest,
  ProverSettings,
} from "./proverMessages.ts";

const SCRIPT = fileURLToPath(new URL("./proverProcess.ts", import.meta.url));
const KEPT_STDERR = 2000;
/** A native proof stops within this; snarkjs cannot, and its process is ended. */
const CANCEL_MS = 500;

export interface AskOptions extends ProofWatch {
  /** Hears the process's lines for the log. */
  readonly onNotice?: (notice: string) => void;
}

/** One running prover process, asked one thing at a time. */
export class ProverChild {
  readonly #process: ChildProcess;
  #stderr = "";

  constructor(settings: ProverSettings = { backend: "auto" }) {
    this.#process = fork(SCRIPT, [JSON.stringify(settings)], {
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
   * Resolves with the process's reply. An abort stops the proof, if need be with the process.
   * @throws OrchestratorError as the process reports, ComputeCrashed when it ends
   */
  async ask(
    request: ProverRequest,
    { signal, onPhase, onNotice }: AskOptions = {},
  ): Promise<ProcessAnswer | null> {
    signal?.throwIfAborted();
    const reply = await this.#exchange(request, { signal, onPhase });
    reply.notices.forEach((notice) => onNotice?.(notice));
    signal?.throwIfAborted();
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

  #exchange(request: ProverRequest, { signal, onPhase }: ProofWatch): Promise<ProverReply> {
    const child = this.#process;
    child.ref();
    child.channel?.ref();
    return new Promise<ProverReply>((resolve, reject) => {
      let patience: NodeJS.Timeout | undefined;
      const settle = (act: () => void) => {
        clearTimeout(patience);
        child.off("message", onMessage);
        child.off("exit", onExit);
        child.off("error", onExit);
        signal?.removeEventListener("abort", onAbort);
        child.unref();
        child.channel?.unref();
        act();
      };
      const onMessage = (message: ProverReply | ProverProgress) => {
        if ("phase" in message) onPhase?.(message.phase);
        else settle(() => resolve(message));
      };
      const onExit = () =>
        settle(() => reject(signal?.aborted === true ? signal.reason : this.#crash()));
      const onAbort = () => {
        child.send({ kind: "cancel" } satisfies ProverRequest, () => undefined);
        patience = setTimeout(() => child.kill("SIGKILL"), CANCEL_MS);
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
