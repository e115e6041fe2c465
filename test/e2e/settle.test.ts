import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { loadNativeModule } from "../../circuits/native/nativeModule.ts";
import type { RequestReport } from "../../orchestrator/domain/nodeApi.ts";
import type { Hex } from "../../orchestrator/domain/ports.ts";
import { eventually } from "../orchestrator/support/ports.ts";
import { setUpBench, type Bench } from "./support/bench.ts";
import { ask, askOne, assertSettledOnce, untilReport, untilSettled } from "./support/requests.ts";

/** Waits until the node has seen the settlement and noted what became of its transaction. */
function untilDone(bench: Bench, requestId: Hex): Promise<RequestReport> {
  return untilReport(bench, requestId, {
    isMeant: ({ endedAs, transactions }) =>
      endedAs === "Finalized" && transactions[0]?.state === "Done",
    what: "the settlement is done",
  });
}

describe("requests on a chain with real processes", { timeout: 240_000 }, () => {
  it("are proven, called back and settled exactly once", async (t) => {
    const bench = await setUpBench(t);
    const { processes, nodeUrl } = bench;
    processes.startAll();

    for (const worker of ["infer-worker", "prove-worker"] as const) {
      const isWarm = () => processes.log(worker).includes("release is warm");
      await eventually(isWarm, { withinMs: 30_000, what: `${worker} loads what is served` });
    }
    const first = await askOne(bench, 0);
    await untilSettled(bench, first.requestId);
    const more = await ask(bench, [1, 2, 3]);
    for (const { requestId } of more) await untilSettled(bench, requestId);
    const requests = [first, ...more].map(({ requestId }, index) => ({ requestId, index }));
    await assertSettledOnce(bench, requests);

    await t.test(
      "the node tells what became of a request, and calls nothing final too early",
      async () => {
        const report = await untilDone(bench, first.requestId);
        assert.equal(report.isFinal, false);
        assert.match(report.why, /mined block that is not final/);
        assert.equal(report.transactions.length, 1);
        assert.ok(report.proveSeconds !== null && report.proveSeconds > 0);
      },
    );

    await t.test("the float model ran beside the integer model", async () => {
      for (const { requestId } of more) await untilDone(bench, requestId);
      const page = await (await fetch(`${nodeUrl}/metrics`)).text();
      assert.match(page, /^float_difference_units_count 4$/m);
      assert.match(page, /^proving_duration_seconds_count 4$/m);
      // The last three may have gone together.
      assert.match(page, /^transactions_mined_total\{succeeded="true"\} [234]$/m);
      assert.match(page, /^settlement_duration_seconds_count\{status="Finalized"\} 4$/m);
      assert.equal((await fetch(`${nodeUrl}/health`)).status, 200);
    });

    await t.test("the node knows who made the proofs and where their time went", async () => {
      const page = await (await fetch(`${nodeUrl}/metrics`)).text();
      const backend = typeof loadNativeModule() === "string" ? "snarkjs" : "native";
      const series = `{phase="verify",backend="${backend}"}`;
      const value = (name: string) =>
        Number(
          page
            .split("\n")
            .find((line) => line.startsWith(`${name} `))
            ?.split(" ")[1],
        );
      assert.equal(value(`prove_phase_seconds_count${series}`), 4);
      assert.ok(value(`prove_phase_seconds_sum${series}`) > 0);
      assert.equal(value(`proofs_made_total{backend="${backend}"}`), 4);
      assert.equal(value("proofs_running_count"), 0);
      assert.doesNotMatch(page, /^(proofs_failed|provers_quarantined)_total\b/m);
      assert.match(processes.log("prove-worker"), /"native prover: (in use|skipped): /);
    });

    await t.test("all processes stop when asked", async () => {
      assert.deepEqual(await processes.stop(), [0, 0, 0]);
    });
  });
});
