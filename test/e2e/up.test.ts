import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

import { eventually } from "../orchestrator/support/ports.ts";
import { descendantsOf, isAlive } from "../scripts/processes.ts";
import { setUpBench } from "./support/bench.ts";
import { askOne, assertSettledOnce, untilSettled } from "./support/requests.ts";

const MAIN = resolve(import.meta.dirname, "../../apps/cli/main.ts");
/** What `up` makes for its own workers. */
const OWN = ["ASSAY_NODE_URL", "ASSAY_WORKER_TOKENS", "ASSAY_WORKER_TOKEN"];

describe("assay up", { timeout: 180_000 }, () => {
  it("settles requests with the environment alone, ends with all it started, and goes on after", async (t) => {
    const bench = await setUpBench(t);
    const folder = await mkdtemp(join(tmpdir(), "assay-up-"));
    bench.cleanup.add(() => rm(folder, { recursive: true, force: true }));
    const logFile = join(folder, "up.log");
    const variables = Object.entries(bench.environment).filter(([name]) => !OWN.includes(name));
    const up = (): ChildProcess => {
      const log = openSync(logFile, "a");
      const env = { ...process.env, ...Object.fromEntries(variables) };
      const child = spawn(process.execPath, [MAIN, "up"], { env, stdio: ["ignore", log, log] });
      closeSync(log);
      bench.cleanup.add(() => {
        child.kill("SIGKILL");
      });
      return child;
    };

    const first = up();
    const one = await askOne(bench, 0);
    await untilSettled(bench, one.requestId);
    const started = descendantsOf(first.pid ?? 0);
    assert.ok(started.length >= 3, `only ${started.length} processes run`);
    first.kill("SIGTERM");
    const [code] = (await once(first, "exit")) as [number | null];
    assert.equal(code, 0, await readFile(logFile, "utf8"));
    assert.deepEqual(started.filter(isAlive), []);

    const second = up();
    const two = await askOne(bench, 1);
    await untilSettled(bench, two.requestId);
    await assertSettledOnce(bench, [
      { requestId: one.requestId, index: 0 },
      { requestId: two.requestId, index: 1 },
    ]);
    const orphans = descendantsOf(second.pid ?? 0);
    second.kill("SIGKILL");
    await eventually(() => !orphans.some(isAlive), {
      withinMs: 15_000,
      what: "the processes notice that nobody watches them any more",
    });
  });
});
