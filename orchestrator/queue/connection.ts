import { setTimeout as delay } from "node:timers/promises";

import { Redis } from "ioredis";

import type { Logger } from "../domain/ports.ts";

const LAST_RETRY_MS = 2_000;
const PATIENCE_MS = 4_000;

/** One logical connection: the socket given to BullMQ and those it opens beside it to block on. */
export interface RedisLink {
  readonly redis: Redis;
  /**
   * Lets `closing` end politely, for a while, then cuts all sockets: a polite end needs an answer
   * from a server that may be gone. BullMQ may keep a timer then (its #4585), so a process that
   * stops without Redis has to exit by itself.
   */
  cut(closing: Promise<unknown>): Promise<void>;
}

/**
 * A connection that never gives up. A command that meets a broken connection fails at once for the
 * node, which has the journal to fall back on, and waits for workers, which have nothing else to do.
 */
export function openRedis(input: {
  readonly url: string;
  readonly role: "node" | "worker";
  readonly logger: Logger;
}): RedisLink {
  const { url, role, logger } = input;
  const isNode = role === "node";
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    enableOfflineQueue: !isNode,
    autoResendUnfulfilledCommands: !isNode,
    retryStrategy: (times) => Math.min(times * 100, LAST_RETRY_MS),
  });
  let isDown = false;
  redis.on("error", (error: Error) => {
    if (!isDown) logger.warn("redis does not answer", { error });
    isDown = true;
  });
  redis.on("ready", () => {
    if (isDown) logger.info("redis answers again");
    isDown = false;
  });
  const sockets = [redis];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const socket = duplicate(override);
    socket.on("error", () => undefined);
    sockets.push(socket);
    return socket;
  };
  return {
    redis,
    async cut(closing) {
      const isGone = new Promise<void>((resolve) => {
        if (redis.status !== "ready") resolve();
        redis.once("close", resolve);
      });
      await atMost(PATIENCE_MS, Promise.race([closing, isGone]));
      for (const socket of sockets) socket.disconnect();
    },
  };
}

/** What redis does when its memory is full; null where it does not say. */
export async function evictionPolicy(redis: Redis): Promise<string | null> {
  const memory = await redis.info("memory");
  const [, policy] = /^maxmemory_policy:(\S+)/m.exec(memory) ?? [];
  return policy ?? null;
}

async function atMost(durationMs: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const patience = delay(durationMs, undefined, { signal: timer.signal });
  await Promise.race([work, patience]).catch(() => undefined);
  timer.abort();
}
