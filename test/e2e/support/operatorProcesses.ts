import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { join, resolve } from "node:path";

import type { ProcessName } from "../../../orchestrator/main.ts";

const MAIN = resolve(import.meta.dirname, "../../../orchestrator/main.ts");

/** The processes of one operator, each started and killed by itself. */
export class OperatorProcesses {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #logFolder: string;
  readonly #children = new Map<ProcessName, ChildProcess>();

  constructor(input: {
    readonly environment: Readonly<Record<string, string>>;
    readonly logFolder: string;
  }) {
    this.#environment = input.environment;
    this.#logFolder = input.logFolder;
  }

  start(name: ProcessName): void {
    const log = openSync(this.logFile(name), "a");
    const child = spawn(process.execPath, [MAIN, name], {
      env: { ...process.env, ...this.#environment },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#children.set(name, child);
  }

  startAll(): void {
    for (const name of ["node", "infer-worker", "prove-worker"] as const) this.start(name);
  }

  /** kill -9, as the power company does it. */
  async kill(name: ProcessName): Promise<void> {
    await this.#end(name, "SIGKILL");
  }

  /** Asks all to stop and returns their exit codes. */
  async stop(): Promise<readonly (number | null)[]> {
    const names = [...this.#children.keys()];
    return Promise.all(names.map((name) => this.#end(name, "SIGTERM")));
  }

  logFile(name: ProcessName): string {
    return join(this.#logFolder, `${name}.log`);
  }

  log(name: ProcessName): string {
    return readFileSync(this.logFile(name), "utf8");
  }

  async #end(name: ProcessName, signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const child = this.#children.get(name);
    this.#children.delete(name);
    if (child === undefined) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, "exit");
    child.kill(signal);
    const insist = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(insist);
    return child.exitCode;
  }
}
