import { resolve } from "node:path";
import { z } from "zod";

import { mistakesOf, present, refuse, type Environment } from "./environment.ts";
import { onOff, path, url, whole } from "./fields.ts";
import { processFields, toLogConfig, toQueueConfig } from "./processConfig.ts";

const workerSchema = z.object({
  ...processFields,
  ASSAY_NODE_URL: url(/^https?$/).default("http://127.0.0.1:8620"),
  ASSAY_WORKER_TOKEN: z.string().min(16, "is shorter than 16 characters"),
  ASSAY_CACHE_DIR: path.default(resolve(".assay/cache")),
  ASSAY_CONCURRENCY: whole(1, 256).default(1),
  ASSAY_PROVER: z.enum(["auto", "snarkjs"], "is neither auto nor snarkjs").default("auto"),
  ASSAY_PROVER_LIBRARY: path.optional(),
  ASSAY_PROVER_THREADS: whole(1, 1_024).optional(),
  ASSAY_PROVER_GROUPS: whole(1, 64).default(1),
  ASSAY_PROVER_MEMORY_MB: whole(1, 1_000_000).optional(),
  ASSAY_PROVER_TABLE_MB: whole(0, 1_000_000).default(0),
  ASSAY_PROVER_PORTABLE: onOff.default(false),
});

type WorkerEnvironment = z.infer<typeof workerSchema>;

export type WorkerConfig = ReturnType<typeof toWorkerConfig>;

/** @throws OrchestratorError ConfigInvalid with every mistake in `data.mistakes` */
export function readWorkerConfig(environment: Environment = process.env): WorkerConfig {
  refuse(mistakesOf(workerSchema, environment));
  return toWorkerConfig(workerSchema.parse(present(environment)));
}

function toWorkerConfig(env: WorkerEnvironment) {
  return {
    log: toLogConfig(env),
    queue: toQueueConfig(env),
    nodeUrl: env.ASSAY_NODE_URL,
    token: env.ASSAY_WORKER_TOKEN,
    cacheDir: env.ASSAY_CACHE_DIR,
    concurrency: env.ASSAY_CONCURRENCY,
    prover: toProverConfig(env),
  } as const;
}

function toProverConfig(env: WorkerEnvironment) {
  const megabytes = env.ASSAY_PROVER_MEMORY_MB;
  return {
    backend: env.ASSAY_PROVER,
    library: env.ASSAY_PROVER_LIBRARY,
    threads: env.ASSAY_PROVER_THREADS,
    groups: env.ASSAY_PROVER_GROUPS,
    memoryLimitBytes: megabytes === undefined ? undefined : megabytes * 2 ** 20,
    tableBytes: env.ASSAY_PROVER_TABLE_MB * 2 ** 20,
    isPortable: env.ASSAY_PROVER_PORTABLE,
  } as const;
}
