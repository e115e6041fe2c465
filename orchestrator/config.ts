import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";

import { OrchestratorError } from "./domain/errors.ts";
import type { Hex } from "./domain/ports.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const GWEI = 10n ** 9n;

const url = (protocols: RegExp) => z.url({ protocol: protocols, error: "is no url of this kind" });
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "is no address: 0x and 40 hexadecimal digits")
  .transform((text) => text.toLowerCase() as Hex);
const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "is no hash: 0x and 64 hexadecimal digits")
  .transform((text) => text.toLowerCase() as Hex);
const whole = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/, "is no whole number")
    .transform(Number)
    .pipe(z.number().min(low, `is below ${low}`).max(high, `is above ${high}`));
/** Operators' ids are the last 8 bytes of an address. */
const operatorId = z
  .string()
  .regex(/^(\d+|0x[0-9a-fA-F]+)$/, "is no unsigned integer")
  .transform((text) => BigInt(text))
  .refine((id) => id < 2n ** 64n, "is no operator id: at most 8 bytes");
/** Order of secp256k1: a private key is below it and not zero. */
const CURVE_ORDER =
  0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n;
const privateKey = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "is no private key: 0x and 64 hexadecimal digits")
  .refine((text) => BigInt(text) > 0n && BigInt(text) < CURVE_ORDER, {
    error: "is no private key: out of the curve's range",
    when: ({ issues }) => issues.length === 0,
  });
const gwei = z
  .string()
  .regex(/^\d+(\.\d{1,9})?$/, "is no amount in gwei")
  .transform((text) => {
    const [units = "0", decimals = ""] = text.split(".");
    return BigInt(units) * GWEI + BigInt(decimals.padEnd(9, "0"));
  });
const onOff = z.enum(["on", "off"], "is neither on nor off").transform((text) => text === "on");
const path = z
  .string()
  .min(1)
  .transform((text) => resolve(text));
const port = whole(0, 65_535);

/** "name=token, name=token" */
const tokens = z
  .string()
  .transform((text) => text.split(",").map((pair) => pair.trim().split("=")))
  .pipe(z.array(z.tuple([z.string().min(1), z.string().min(16, "needs tokens of 16 characters")])))
  .transform((pairs) => new Map(pairs.map(([name, token]) => [token, name])));

const logging = {
  ASSAY_LOG_LEVEL: z.enum(["error", "warn", "info", "debug"]).default("info"),
  ASSAY_LOG_FORMAT: z.enum(["json", "pretty"]).default("json"),
};

const queue = {
  REDIS_URL: url(/^rediss?$/).optional(),
  ASSAY_QUEUE_PORT: whole(1, 65_535).default(6_390),
  ASSAY_QUEUE_PREFIX: z
    .string()
    .regex(/^[\w-]+$/, "may hold letters, digits, - and _")
    .default("assay"),
};

const nodeSchema = z.object({
  ...logging,
  ...queue,
  ASSAY_RPC_URLS: z
    .string()
    .transform((text) => text.split(",").map((each) => each.trim()))
    .pipe(z.array(url(/^https?$/)).min(1)),
  ASSAY_CHAIN_ID: whole(1, 2 ** 52),
  ASSAY_COORDINATOR: address,
  ASSAY_MODEL_REGISTRY: address,
  ASSAY_OPERATOR_REGISTRY: address,
  ASSAY_CODE_HASH: hash.optional(),
  ASSAY_START_BLOCK: whole(0, 2 ** 52),
  ASSAY_OPERATOR_ID: operatorId,
  ASSAY_SENDER_KEY: privateKey.optional(),
  ASSAY_SENDER_KEY_FILE: z.string().optional(),
  ASSAY_MAX_FEE_GWEI: gwei.default(100n * GWEI),
  ASSAY_MAX_PRIORITY_FEE_GWEI: gwei.default(GWEI),
  ASSAY_SETTLE_DEPTH: whole(0, 10_000).default(1),
  ASSAY_DONE_DEPTH: whole(0, 10_000).default(12),
  ASSAY_POLL_MS: whole(20, 60_000).default(1_000),
  ASSAY_BUMP_SECONDS: whole(1, 3_600).default(30),
  ASSAY_FALLBACK: onOff.default(true),
  ASSAY_LEAST_GAIN_GWEI: gwei.default(0n),
  ASSAY_MAX_QUEUED: whole(1, 100_000).default(64),
  ASSAY_WORKER_SLOTS: whole(1, 10_000).default(1),
  ASSAY_QUARANTINE_SECONDS: whole(1, 86_400).default(600),
  ASSAY_KEEP_DAYS: whole(1, 10_000).default(30),
  ASSAY_DATA_DIR: path.default(resolve(".assay/node")),
  ASSAY_STORE_DIR: path.default(resolve(".assay/store")),
  ASSAY_HTTP_HOST: z.string().min(1).default("127.0.0.1"),
  ASSAY_HTTP_PORT: port.default(8_620),
  ASSAY_WORKER_TOKENS: tokens.default(new Map()),
});

const workerSchema = z.object({
  ...logging,
  ...queue,
  ASSAY_NODE_URL: url(/^https?$/).default("http://127.0.0.1:8620"),
  ASSAY_WORKER_TOKEN: z.string().min(16, "is shorter than 16 characters"),
  ASSAY_CACHE_DIR: path.default(resolve(".assay/cache")),
  ASSAY_CONCURRENCY: whole(1, 256).default(1),
  ASSAY_PROVER: z.enum(["auto", "snarkjs"], "is neither auto nor snarkjs").default("auto"),
  ASSAY_PROVER_THREADS: whole(1, 1_024).optional(),
});

type NodeEnvironment = z.infer<typeof nodeSchema>;
type WorkerEnvironment = z.infer<typeof workerSchema>;

export interface LogConfig {
  readonly level: "error" | "warn" | "info" | "debug";
  readonly format: "json" | "pretty";
}

export type NodeConfig = ReturnType<typeof toNodeConfig>;
export type WorkerConfig = ReturnType<typeof toWorkerConfig>;

/** @throws OrchestratorError ConfigInvalid with every mistake in `data.mistakes` */
export function readNodeConfig(environment: Environment = process.env): NodeConfig {
  const mistakes = mistakesOf(nodeSchema, environment);
  const key = readSenderKey(environment);
  if (key.mistake !== null) mistakes.push(key.mistake);
  refuse(mistakes);
  return toNodeConfig(nodeSchema.parse(present(environment)), key.value);
}

/** @throws OrchestratorError ConfigInvalid with every mistake in `data.mistakes` */
export function readWorkerConfig(environment: Environment = process.env): WorkerConfig {
  refuse(mistakesOf(workerSchema, environment));
  return toWorkerConfig(workerSchema.parse(present(environment)));
}

function toNodeConfig(env: NodeEnvironment, senderKey: string) {
  return {
    log: toLogConfig(env),
    queue: toQueueConfig(env),
    chain: {
      rpcUrls: env.ASSAY_RPC_URLS,
      chainId: env.ASSAY_CHAIN_ID,
      coordinator: env.ASSAY_COORDINATOR,
      modelRegistry: env.ASSAY_MODEL_REGISTRY,
      operatorRegistry: env.ASSAY_OPERATOR_REGISTRY,
      codeHash: env.ASSAY_CODE_HASH ?? null,
      startBlock: env.ASSAY_START_BLOCK,
      pollMs: env.ASSAY_POLL_MS,
    },
    operator: {
      id: env.ASSAY_OPERATOR_ID,
      senderKey,
      feeCaps: {
        maxFeePerGas: env.ASSAY_MAX_FEE_GWEI,
        maxPriorityFeePerGas: env.ASSAY_MAX_PRIORITY_FEE_GWEI,
      },
      settleDepth: env.ASSAY_SETTLE_DEPTH,
      doneDepth: env.ASSAY_DONE_DEPTH,
      bumpAfterMs: env.ASSAY_BUMP_SECONDS * 1_000,
      fallback: env.ASSAY_FALLBACK,
      leastGain: env.ASSAY_LEAST_GAIN_GWEI,
      maxQueued: env.ASSAY_MAX_QUEUED,
      workerSlots: env.ASSAY_WORKER_SLOTS,
      quarantineMs: env.ASSAY_QUARANTINE_SECONDS * 1_000,
      keepMs: env.ASSAY_KEEP_DAYS * 86_400_000,
    },
    dataDir: env.ASSAY_DATA_DIR,
    storeDir: env.ASSAY_STORE_DIR,
    http: {
      host: env.ASSAY_HTTP_HOST,
      port: env.ASSAY_HTTP_PORT,
      workerNameByToken: env.ASSAY_WORKER_TOKENS,
    },
  } as const;
}

function toWorkerConfig(env: WorkerEnvironment) {
  return {
    log: toLogConfig(env),
    queue: toQueueConfig(env),
    nodeUrl: env.ASSAY_NODE_URL,
    token: env.ASSAY_WORKER_TOKEN,
    cacheDir: env.ASSAY_CACHE_DIR,
    concurrency: env.ASSAY_CONCURRENCY,
    prover: { backend: env.ASSAY_PROVER, threads: env.ASSAY_PROVER_THREADS },
  } as const;
}

function toLogConfig(env: NodeEnvironment | WorkerEnvironment): LogConfig {
  return { level: env.ASSAY_LOG_LEVEL, format: env.ASSAY_LOG_FORMAT };
}

function toQueueConfig(env: NodeEnvironment | WorkerEnvironment) {
  const isEmbedded = env.REDIS_URL === undefined;
  const redisUrl = env.REDIS_URL ?? `redis://127.0.0.1:${env.ASSAY_QUEUE_PORT}`;
  return { redisUrl, isEmbedded, port: env.ASSAY_QUEUE_PORT, prefix: env.ASSAY_QUEUE_PREFIX };
}

/** The key comes from the environment or from a file only the operator can read; exactly one. */
function readSenderKey(environment: Environment): {
  readonly value: string;
  readonly mistake: string | null;
} {
  const { ASSAY_SENDER_KEY: inline, ASSAY_SENDER_KEY_FILE: file } = present(environment);
  if ((inline === undefined) === (file === undefined)) {
    return { value: "", mistake: "give one of ASSAY_SENDER_KEY and ASSAY_SENDER_KEY_FILE" };
  }
  if (file === undefined) return { value: inline ?? "", mistake: null };
  try {
    const value = readFileSync(file, "utf8").trim();
    if (privateKey.safeParse(value).success) return { value, mistake: null };
    return { value: "", mistake: "ASSAY_SENDER_KEY_FILE holds no private key" };
  } catch {
    return { value: "", mistake: `ASSAY_SENDER_KEY_FILE cannot be read: ${file}` };
  }
}

/** One sentence per mistake; never the value of a secret. */
function mistakesOf(schema: z.ZodType, environment: Environment): string[] {
  const values = present(environment);
  const result = schema.safeParse(values);
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? "environment");
    if (values[name] === undefined) return `${name} is missing`;
    const isSecret = /KEY|TOKEN|URL/.test(name);
    return `${name} ${issue.message}${isSecret ? "" : `: ${JSON.stringify(values[name])}`}`;
  });
}

/** An empty variable counts as one that is not set. */
function present(environment: Environment): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  return Object.fromEntries(entries);
}

function refuse(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new OrchestratorError("ConfigInvalid", { data: { mistakes } });
}
