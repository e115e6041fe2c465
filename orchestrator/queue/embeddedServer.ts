import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { OrchestratorError } from "../domain/errors.ts";

const START_MS = 15_000;
const STOP_MS = 2_000;

/** A Redis-compatible server of our own in a child process; it keeps nothing on disk. */
export interface EmbeddedServer {
  readonly url: string;
  readonly processId: number;
  /** Resolves when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the server on the loopback interface. It ends with this process, however that dies.
 *
 * @throws OrchestratorError QueueServerFailed
 */
export async function startEmbeddedServer(port: number): Promise<EmbeddedServer> {
  const script = join(import.meta.dirname, "embeddedServerProcess.ts");
  const child = fork(script, [String(port)], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const ended = new Promise<void>((resolve) =>
    child.once("exit", () => {
      resolve();
    }),
  );
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-500);
  });
  const timeout = AbortSignal.timeout(START_MS);
  const isUp = await Promise.race([
    once(child, "message", { signal: timeout }).then(
      () => true,
      () => false,
    ),
    ended.then(() => false),
  ]);
  const processId = child.pid;
  if (!isUp || processId === undefined) {
    child.kill("SIGKILL");
    throw new OrchestratorError("QueueServerFailed", { data: { port, complaint } });
  }
  return { url: `redis://127.0.0.1:${port}`, processId, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}
