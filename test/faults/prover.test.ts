import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, it } from "node:test";

import { loadNativeModule } from "../../circuits/native/nativeModule.ts";
import { setUpBench, type Bench } from "../e2e/support/bench.ts";
import { askOne, assertSettledOnce, untilSettled } from "../e2e/support/requests.ts";
import { eventually } from "../orchestrator/support/ports.ts";

const FAULTY_KEYS = resolve(import.meta.dirname, "faultyProver.ts");
const FAULTY_BORDER = resolve(import.meta.dirname, "faultyBorder.ts");
const native = loadNativeModule();
const skip = typeof native === "string" ? `native prover: skipped: ${native}` : false;

async function untilMetrics(bench: Bench, lines: readonly RegExp[]): Promise<void> {
  const isShown = async () => {
    const page = await (await fetch(`${bench.nodeUrl}/metrics`)).text();
    return lines.every((line) => line.test(page));
  };
  await eventually(isShown, { withinMs: 30_000, what: `the metrics ${lines.join(", ")}` });
}

/** Lines of the prove worker's log that tell of this event. */
const logged = ({ processes }: Bench, event: string) =>
  processes
    .log("prove-worker")
    .split("\n")
    .filter((line) => line.includes(event));

describe("a native prover whose proofs are wrong", { timeout: 240_000, skip }, () => {
  it("is found by the check of its first proof, and snarkjs proves from then on", async (t) => {
    const bench = await setUpBench(t, { environment: { ASSAY_PROVER_LIBRARY: FAULTY_KEYS } });
    const { processes } = bench;
    processes.startAll();
    const first = await askOne(bench, 0);
    await untilSettled(bench, first.requestId);
    // It passed its self-test, so it was asked.
    assert.equal(logged(bench, "native prover: in use").length, 1);
    const [quarantined, ...others] = logged(bench, "native prover quarantined");
    assert.deepEqual(others, []);
    assert.match(quarantined ?? "", /"level":"warn".*proof does not verify/);
    assert.equal(logged(bench, "native prover: skipped: quarantined").length, 1);
    await untilMetrics(bench, [
      /^provers_quarantined_total 1$/m,
      /^proofs_made_total\{backend="snarkjs"\} 1$/m,
    ]);

    const second = await askOne(bench, 1);
    await untilSettled(bench, second.requestId);
    await untilMetrics(bench, [
      /^provers_quarantined_total 1$/m,
      /^proofs_made_total\{backend="snarkjs"\} 2$/m,
    ]);
    assert.equal(logged(bench, "native prover quarantined").length, 1);
    const requests = [first, second].map(({ requestId }, index) => ({ requestId, index }));
    await assertSettledOnce(bench, requests);

    await t.test("a process that starts anew asks it again, and finds it again", async () => {
      await processes.kill("prove-worker");
      processes.start("prove-worker");
      const third = await askOne(bench, 2);
      await untilSettled(bench, third.requestId);
      await untilMetrics(bench, [/^provers_quarantined_total 2$/m]);
      await assertSettledOnce(bench, [...requests, { requestId: third.requestId, index: 2 }]);
    });
  });

  it("is found by another check than its library's, where the proof is damaged after it", async (t) => {
    const bench = await setUpBench(t, { environment: { ASSAY_PROVER_LIBRARY: FAULTY_BORDER } });
    bench.processes.startAll();
    const { requestId } = await askOne(bench, 0);
    await untilSettled(bench, requestId);
    const [quarantined, ...others] = logged(bench, "native prover quarantined");
    assert.deepEqual(others, []);
    assert.match(quarantined ?? "", /passed its own check and no other one/);
    await untilMetrics(bench, [/^provers_quarantined_total 1$/m]);
    await assertSettledOnce(bench, [{ requestId, index: 0 }]);
  });
});
