import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a process gets to end by itself before it is killed. */
const GRACE_MS = 5_000;
const LAST_LINES = 5;

/** A process ended that was not asked to; the message holds what it said last. */
export class ProcessEnded extends Error {
  readonly code = "ProcessEnded";
  readonly data: Readonly<Record<string, string>>;

  constructor(message: string, data: Readonly<Record<string, string>>) {
    super(message);
    this.name = "ProcessEnded";
    this.data = data;
  }
}

interface Member {
  readonly name: string;
  readonly child: ChildProcess;
  readonly logFile: string | null;
}

/** Processes that belong together: if one ends early all are wrong, and they end together. */
export class ProcessGroup {
  readonly #logDirectory: string | undefined;
  readonly #graceMs: number;
  readonly #members: Member[] = [];
  readonly #failure = new AbortController();
  #isStopping = false;

  /**
   * @param logDirectory where each process's output goes, in a file of its name; without one they
   * write to this process's standard error
   */
  constructor(logDirectory?: string, graceMs = GRACE_MS) {
    this.#logDirectory = logDirectory;
    this.#graceMs = graceMs;
  }

  /** Aborts with a ProcessEnded as its reason when a process ends that was not asked to. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Starts a TypeScript or JavaScript file under this Node. */
  start(parameters: {
    readonly name: string;
    readonly file: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  }): void {
    const { name, file, args, env } = parameters;
    const logFile =
      this.#logDirectory === undefined ? null : join(this.#logDirectory, `${name}.log`);
    const log = logFile === null ? process.stderr.fd : openSync(logFile, "a");
    const child = spawn(process.execPath, [file, ...args], {
      env: { ...process.env, ...env },
      // Over the channel a process learns that this one is gone, however it died.
      stdio: ["ignore", log, log, "ipc"],
    });
    if (logFile !== null) closeSync(log);
    const member = { name, child, logFile };
    this.#members.push(member);
    child.once("error", (cause) => {
      this.#fail(member, cause.message);
    });
    child.once("exit", (code, signal) => {
      this.#fail(member, signal === null ? `with code ${code}` : `by ${signal}`);
    });
  }

  /** Asks every process to end, by its id, and insists after a while. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#members.map(async ({ child }) => end(child, this.#graceMs)));
  }

  #fail({ name, logFile }: Member, how: string): void {
    if (this.#isStopping) return;
    const sentence = `The process "${name}" ended ${how}`;
    if (logFile === null) {
      this.#failure.abort(new ProcessEnded(`${sentence}; it says why above.`, { name }));
      return;
    }
    const last = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-LAST_LINES).join("\n");
    const message = `${sentence}. It said last:\n${last}`;
    this.#failure.abort(new ProcessEnded(message, { name, logFile }));
  }
}

async function end(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  const insist = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await ended;
  clearTimeout(insist);
}
