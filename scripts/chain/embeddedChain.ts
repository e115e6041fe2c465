import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import { endWithParent } from "./endWithParent.ts";

/** Mnemonic of the embedded chain's funded accounts. Everybody knows it: never for real funds. */
export const DEVELOPMENT_MNEMONIC = "test test test test test test test test test test test junk";

export interface EmbeddedChain {
  readonly rpcUrl: string;
  readonly pid: number;
  /** Aborts when the process ends that was not asked to. */
  readonly failed: AbortSignal;
  /** Ends the process and waits for it. */
  stop(): Promise<void>;
}

/**
 * Starts an anvil on a free port of the loopback interface, with Osaka rules, a block every
 * `blockSeconds`, and accounts of `DEVELOPMENT_MNEMONIC` with 10,000 ether each. It ends with
 * this process, however that dies, and never by a Ctrl-C of its own.
 * @throws Error if this platform has no anvil, or it ends before it listens.
 */
export async function startEmbeddedChain(blockSeconds: number): Promise<EmbeddedChain> {
  const child = spawn(
    anvilPath(),
    // The binary itself, not npm's wrapper around it: whoever ends this process ends the chain.
    ["--port", "0", "--hardfork", "osaka", "--block-time", String(blockSeconds)],
    { stdio: ["ignore", "pipe", "ignore"], detached: true },
  );
  endWithParent(child);
  const address = await listeningAddress(child);
  if (child.pid === undefined) throw new Error("anvil has no process id");
  const failure = new AbortController();
  const fail = (): void => {
    failure.abort(new Error("The embedded chain ended; run it again."));
  };
  child.once("exit", fail);
  return {
    rpcUrl: `http://${address}`,
    pid: child.pid,
    failed: failure.signal,
    stop: async () => {
      child.off("exit", fail);
      await stop(child);
    },
  };
}

function anvilPath(): string {
  const processor = process.arch === "x64" ? "amd64" : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${processor}`;
  const suffix = process.platform === "win32" ? ".exe" : "";
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/anvil${suffix}`);
  } catch (cause) {
    throw new Error(`There is no anvil for this platform: ${name} is not installed.`, { cause });
  }
}

async function listeningAddress(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("anvil's output is not connected");
  const lines = createInterface({ input: child.stdout });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => {
      fail(new Error(`anvil ended with code ${code} before it listened`));
    });
    // The listener stays, so that anvil never blocks on a full pipe.
    lines.on("line", (line) => {
      const address = /^Listening on (\S+)$/.exec(line)?.[1];
      if (address !== undefined) done(address);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await ended;
}
