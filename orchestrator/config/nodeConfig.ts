import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";

import { mistakesOf, present, refuse, type Environment } from "./environment.ts";
import {
  address,
  gwei,
  hash,
  onOff,
  operatorId,
  path,
  port,
  privateKey,
  share,
  tokens,
  url,
  whole,
} from "./fields.ts";
import { processFields, toLogConfig, toQueueConfig } from "./processConfig.ts";

const GWEI = 10n ** 9n;

const nodeSchema = z.object({
  ...processFields,
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
  ASSAY_LEAST_GRADE: whole(0, 255).default(0),
  ASSAY_RERUN: share.default(0.05),
  ASSAY_WATCH: share.default(0),
  ASSAY_WATCH_SEED: z.string().min(16, "is shorter than 16 characters").optional(),
  ASSAY_WATCH_CHALLENGE: onOff.default(false),
  ASSAY_PTAU_FILE: path.optional(),
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

/** A watchtower acts for no operator, and watches everything unless told otherwise. */
const watchSchema = nodeSchema.omit({ ASSAY_OPERATOR_ID: true }).extend({
  ASSAY_WATCH: share.default(1),
});

type WatchEnvironment = z.infer<typeof watchSchema>;

export type NodeConfig = ReturnType<typeof toNodeConfig>;

/** @throws OrchestratorError ConfigInvalid with every mistake in `data.mistakes` */
export function readNodeConfig(environment: Environment = process.env): NodeConfig {
  const env = readWithKey(nodeSchema, environment);
  return toNodeConfig(env.values, { senderKey: env.senderKey, id: env.values.ASSAY_OPERATOR_ID });
}

/**
 * A node that serves nobody and watches others' answers.
 *
 * @throws OrchestratorError ConfigInvalid with every mistake in `data.mistakes`
 */
export function readWatchConfig(environment: Environment = process.env): NodeConfig {
  const { values, senderKey } = readWithKey(watchSchema, environment);
  return toNodeConfig({ ...values, ASSAY_FALLBACK: false }, { senderKey, id: null });
}

function readWithKey<T extends z.ZodType>(schema: T, environment: Environment) {
  const mistakes = mistakesOf(schema, environment);
  const key = readSenderKey(environment);
  if (key.mistake !== null) mistakes.push(key.mistake);
  refuse(mistakes);
  return { values: schema.parse(present(environment)), senderKey: key.value };
}

function toNodeConfig(
  env: WatchEnvironment,
  { senderKey, id }: { readonly senderKey: string; readonly id: bigint | null },
) {
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
      /** Null: the process acts for no operator. */
      id,
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
      leastGrade: BigInt(env.ASSAY_LEAST_GRADE),
      rerunShare: env.ASSAY_RERUN,
      watchShare: env.ASSAY_WATCH,
      watchSeed: env.ASSAY_WATCH_SEED ?? null,
      watchChallenges: env.ASSAY_WATCH_CHALLENGE,
      ptauFile: env.ASSAY_PTAU_FILE ?? null,
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
