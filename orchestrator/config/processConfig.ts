import { z } from "zod";

import { url, whole } from "./fields.ts";

/** What every process of an operator is told. */
export const processFields = {
  ASSAY_LOG_LEVEL: z.enum(["error", "warn", "info", "debug"]).default("info"),
  ASSAY_LOG_FORMAT: z.enum(["json", "pretty"]).default("json"),
  REDIS_URL: url(/^rediss?$/).optional(),
  ASSAY_QUEUE_PORT: whole(1, 65_535).default(6_390),
  ASSAY_QUEUE_PREFIX: z
    .string()
    .regex(/^[\w-]+$/, "may hold letters, digits, - and _")
    .default("assay"),
};

type ProcessEnvironment = z.infer<z.ZodObject<typeof processFields>>;

export interface LogConfig {
  readonly level: "error" | "warn" | "info" | "debug";
  readonly format: "json" | "pretty";
}

export function toLogConfig(env: ProcessEnvironment): LogConfig {
  return { level: env.ASSAY_LOG_LEVEL, format: env.ASSAY_LOG_FORMAT };
}

export function toQueueConfig(env: ProcessEnvironment) {
  const isEmbedded = env.REDIS_URL === undefined;
  const redisUrl = env.REDIS_URL ?? `redis://127.0.0.1:${env.ASSAY_QUEUE_PORT}`;
  return { redisUrl, isEmbedded, port: env.ASSAY_QUEUE_PORT, prefix: env.ASSAY_QUEUE_PREFIX };
}
