import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ProcessName } from "../../orchestrator/main.ts";
import { setUpBench, type Bench } from "../e2e/support/bench.ts";
import { askOne, assertSettledOnce, untilSettled } from "../e2e/support/requests.ts";
import { eventually } from "../orchestrator/support/ports.ts";

const ATTEMPTS = 5;

interface Line {
  readonly event: string;
  readonly requestId: string;
}

/** Whether a process has logged an event about the request. */
function isLogged({ processes }: Bench, process: ProcessName, line: Line): boolean {
  return processes
    .log(process)
    .split("\n")
    .some((each) => each.includes(`"${line.event}"`) && each.includes(line.requestId));
}

async function untilLogged(bench: Bench, process: ProcessName, line: Line): Promise<void> {
  const what = `${process} logs "${line.event}"`;
  await eventually(() => isLogged(bench, process, line), { withinMs: 30_000, what });
}

describe("kill -9 during a request", { timeout: 400_000 }, () => {
  it("of any process at any stage loses nothing and pays nobody twice", async (t) => {
    const bench = await setUpBench(t);
    const { processes } = bench;
    processes.startAll();
    const requests: { requestId: `0x${string}`; index: number }[] = [];

    async function killDuring(process: ProcessName, event: string): Promise<void> {
      const index = requests.length;
      const { requestId } = await askOne(bench, index);
      requests.push({ requestId, index });
      await untilLogged(bench, process, { event, requestId });
      await processes.kill(process);
      processes.start(process);
      await untilSettled(bench, requestId);
    }

    /**
     * A worker that starts with a job waiting is at it for as long as its release loads. On a busy
     * machine the job may be done before this process hears that it began: then with another one.
     */
    async function killAtWork(worker: "infer-worker" | "prove-worker", done: string) {
      let wasAtWork = false;
      for (let attempt = 0; attempt < ATTEMPTS && !wasAtWork; attempt += 1) {
        await processes.kill(worker);
        const index = requests.length;
        const { requestId } = await askOne(bench, index);
        requests.push({ requestId, index });
        await untilLogged(bench, "node", { event: "request journaled", requestId });
        processes.start(worker);
        await untilLogged(bench, worker, { event: "job started", requestId });
        await processes.kill(worker);
        wasAtWork = !isLogged(bench, worker, { event: done, requestId });
        processes.start(worker);
        await untilSettled(bench, requestId);
      }
      assert.ok(wasAtWork, `${worker} was killed at work`);
    }

    await t.test("infer worker, while it infers", () => killAtWork("infer-worker", "inferred"));
    await t.test("prove worker, while it proves", () => killAtWork("prove-worker", "proven"));
    await t.test("node, after it journaled a request", () =>
      killDuring("node", "request journaled"),
    );
    await t.test("node, after it journaled an output", () =>
      killDuring("node", "request inferred"),
    );
    await t.test("node, after it journaled a proof", () => killDuring("node", "request proven"));
    await t.test("node, after it signed a settlement", () =>
      killDuring("node", "settlement signed"),
    );

    await t.test("embedded queue server, while a proof is made", async () => {
      const index = requests.length;
      const { requestId } = await askOne(bench, index);
      requests.push({ requestId, index });
      await untilLogged(bench, "prove-worker", { event: "job started", requestId });
      const [, processId] = [...processes.log("node").matchAll(/"processId":(\d+)/g)].at(-1) ?? [];
      assert.ok(processId !== undefined);
      process.kill(Number(processId), "SIGKILL");
      await untilSettled(bench, requestId);
    });

    await assertSettledOnce(bench, requests);
  });

  it("of everything at once is the same", async (t) => {
    const bench = await setUpBench(t);
    const { processes } = bench;
    processes.startAll();
    const { requestId } = await askOne(bench, 0);
    await untilLogged(bench, "node", { event: "request journaled", requestId });
    const all = ["node", "infer-worker", "prove-worker"] as const;
    await Promise.all(all.map((name) => processes.kill(name)));
    processes.startAll();
    await untilSettled(bench, requestId);
    await assertSettledOnce(bench, [{ requestId, index: 0 }]);
  });
});
