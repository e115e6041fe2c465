import { systemClock } from "./clock.ts";
import { readNodeConfig, readWatchConfig } from "./config/nodeConfig.ts";
import type { LogConfig } from "./config/processConfig.ts";
import { readWorkerConfig } from "./config/workerConfig.ts";
import { OrchestratorError } from "./domain/errors.ts";
import type { Logger } from "./domain/ports.ts";
import { createLogger } from "./telemetry/logger.ts";

/** The processes of one operator. */
export const PROCESSES = ["node", "infer-worker", "prove-worker"] as const;

/** Those, and a node without an operator that watches others' answers. */
export type ProcessName = (typeof PROCESSES)[number] | "watch";

/**
 * Runs one process, configured by the environment, until the signal aborts. Each process loads
 * only its own modules.
 *
 * @throws OrchestratorError ConfigInvalid before anything is started
 */
export async function runProcess(name: ProcessName, signal: AbortSignal): Promise<void> {
  if (name === "node" || name === "watch") {
    const config = name === "node" ? readNodeConfig() : readWatchConfig();
    const { startNode } = await import("./node.ts");
    const running = await startNode(config, { logger: processLogger(name, config.log), signal });
    await running.stopped;
    return;
  }
  const config = readWorkerConfig();
  const outside = { logger: processLogger(name, config.log), signal };
  if (name === "infer-worker") {
    const { startInferWorker } = await import("./workers/inferWorker.ts");
    await startInferWorker(config, outside);
  } else {
    const { startProveWorker } = await import("./workers/proveWorker.ts");
    await startProveWorker(config, outside);
  }
}

/** What a person is told of an error: the sentence, what it is about, never a stack. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof OrchestratorError)) {
    return `Unexpected: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { mistakes } = error.data;
  if (Array.isArray(mistakes)) return [error.message, ...mistakes.map(String)].join("\n  ");
  const details = Object.entries(error.data).map(([name, value]) => `${name}: ${toText(value)}`);
  return [`${error.code}: ${error.message}`, ...details].join("\n  ");
}

function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return (
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === "bigint" ? each.toString() : each,
    ) ?? "undefined"
  );
}

function processLogger(name: ProcessName, { level, format }: LogConfig): Logger {
  const write = (line: string) => void process.stderr.write(line);
  const fields = { process: name };
  return createLogger({ level, format, now: () => systemClock.now(), write, fields });
}

async function main(): Promise<void> {
  const names = [...PROCESSES, "watch"] as const;
  const name = names.find((each) => each === process.argv[2]);
  if (name === undefined) {
    process.stderr.write(`usage: main.ts ${names.join(" | ")}\n`);
    process.exit(2);
  }
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stopping.abort();
    });
  }
  // Whoever started this process over a channel is gone, perhaps killed.
  process.once("disconnect", () => {
    stopping.abort();
  });
  process.channel?.unref();
  try {
    await runProcess(name, stopping.signal);
    // BullMQ may keep a timer when Redis went first.
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    process.exit(1);
  }
}

if (import.meta.main) await main();
