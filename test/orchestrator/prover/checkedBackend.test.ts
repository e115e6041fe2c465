import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { CheckedBackend } from "../../../orchestrator/prover/checkedBackend.ts";
import type { BackendProof, Groth16Backend } from "../../../orchestrator/prover/groth16Backend.ts";
import { ProcessProver } from "../../../orchestrator/prover/processProver.ts";
import type { WarmRelease } from "../../../orchestrator/prover/warmRelease.ts";
import { publicSignals } from "../../../sdk/protocol/publicSignals.ts";
import { digitsRelease } from "../../circuits/release/digits.ts";

const { store, manifestCid, verifyingKey } = await digitsRelease();
const input = new Uint8Array(64);
const work = { requestId: `0x${"1f".repeat(32)}`, manifestCid, payee: 42n, input } as const;
const prover = new ProcessProver({ store });
const { proof, output } = await prover.prove(work);
await prover.stop();
const signals = publicSignals({ requestId: BigInt(work.requestId), payee: 42n, input, output });
const right: BackendProof = { proof, publicSignals: [...signals], phases: {} };
const wrong: BackendProof = { ...right, proof: { ...proof, a: proof.c } };

/** Gives these answers in turn, as if it had verified them. */
function backendOf(...answers: readonly BackendProof[]): Groth16Backend {
  const left = [...answers];
  return {
    name: "native",
    load: () => Promise.resolve(),
    unload: () => undefined,
    prove: () => Promise.resolve(left.shift() ?? wrong),
  };
}

const files = { verifyingKey } as WarmRelease;
const rejected = (error: unknown) =>
  error instanceof OrchestratorError && error.code === "ProofRejected";

describe("CheckedBackend", () => {
  it("rejects a first proof that its backend let pass, and checks until one holds", async () => {
    const backend = new CheckedBackend(backendOf(wrong, wrong, right));
    await backend.load("one", files);
    await assert.rejects(backend.prove("one", input), rejected);
    await assert.rejects(backend.prove("one", input), rejected);
    assert.equal(await backend.prove("one", input), right);
  });

  it("checks the first of each release, and no later one", async () => {
    const backend = new CheckedBackend(backendOf(right, wrong, wrong, wrong));
    await backend.load("one", files);
    await backend.load("two", files);
    assert.equal(await backend.prove("one", input), right);
    assert.equal(await backend.prove("one", input), wrong);
    await assert.rejects(backend.prove("two", input), rejected);
    backend.unload("one");
    await backend.load("one", files);
    assert.equal(await backend.prove("one", input), wrong);
  });
});
