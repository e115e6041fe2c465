import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { z } from "zod";

import { eventually } from "../orchestrator/support/ports.ts";
import { descendantsOf, isAlive } from "../scripts/processes.ts";

const main = resolve(import.meta.dirname, "../../apps/cli/main.ts");
const run = promisify(execFile);

const gas = z.int().min(21_000).max(1_000_000);
const milliseconds = z.int().min(1).max(120_000);
const outcome = z.strictObject({
  ok: z.literal(true),
  seconds: z.number().positive(),
  requests: z
    .array(
      z.strictObject({
        model: z.enum(["digits-mlp@1.0.0", "digits-cnn@1.0.0"]),
        verification: z.literal("Zk"),
        status: z.literal("Finalized"),
        expected: z.int().min(0).max(9),
        answer: z.int().min(0).max(9),
        requestGas: gas,
        fulfillGas: gas,
        proveMs: milliseconds,
        totalMs: milliseconds,
      }),
    )
    .length(10),
});

describe("assay demo", { timeout: 180_000 }, () => {
  it("prints one object on its last line, with ten proven answers of both models", async () => {
    const { stdout, stderr } = await run(process.execPath, [main, "demo", "--json"]);
    const { requests } = outcome.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
    assert.deepEqual(new Set(requests.map(({ model }) => model)).size, 2);
    assert.deepEqual(
      requests.map(({ expected }) => expected),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    // Both models read 99% of held-out images: one miss is bad luck, three are a bug.
    assert.ok(requests.filter(({ answer, expected }) => answer === expected).length >= 8);
    assert.match(stderr, /██/);
    assert.match(stderr, /10 of 10 answers proven and settled/);
  });

  for (const phase of ["publishing the releases", "asking for ten digits"]) {
    it(`ends with all it started on Ctrl-C while ${phase}`, async () => {
      // In a process group of its own, so that the signal reaches what a terminal's would.
      const demo = spawn(process.execPath, [main, "demo"], { detached: true });
      const ended = once(demo, "exit");
      let said = "";
      for (const stream of [demo.stdout, demo.stderr]) {
        stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
      }
      await eventually(() => said.includes(phase), { withinMs: 90_000, what: phase });
      const pid = demo.pid ?? 0;
      const started = descendantsOf(pid);
      process.kill(-pid, "SIGINT");
      const [code] = (await ended) as [number | null];
      assert.equal(code, 130, said);
      assert.match(said, /assay: Stopped before it was done\.\n$/);
      assert.doesNotMatch(said, /\n +at /);
      assert.ok(started.length > 0);
      assert.deepEqual(started.filter(isAlive), []);
    });
  }
});
