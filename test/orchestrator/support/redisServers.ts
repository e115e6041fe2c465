import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

import { startEmbeddedServer } from "../../../orchestrator/queue/embeddedServer.ts";
import { eventually } from "./ports.ts";

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

export interface RedisKind {
  readonly name: string;
  /** Why this kind cannot be tried here; false if it can. */
  readonly skip: string | false;
  start(port: number): Promise<TestRedis>;
}

function hasRedisServer(): boolean {
  return spawnSync("redis-server", ["--version"]).status === 0;
}

async function startRedisServer(port: number): Promise<TestRedis> {
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn("redis-server", options, { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const isUp = () => output.includes("Ready to accept");
  await eventually(isUp, { withinMs: 10_000, what: "redis-server is up" });
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

/** The servers the queue has to work on. */
export const REDIS_KINDS: readonly RedisKind[] = [
  { name: "embedded server", skip: false, start: startEmbeddedServer },
  {
    name: "redis-server",
    skip: hasRedisServer() ? false : "no redis-server is installed here",
    start: startRedisServer,
  },
];
