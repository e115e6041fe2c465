import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { OrchestratorError } from "../../orchestrator/domain/errors.ts";
import { BackendChoice } from "../../orchestrator/prover/backendChoice.ts";
import type { BackendProof, Groth16Backend } from "../../orchestrator/prover/groth16Backend.ts";
import { loadNativeModule } from "../../circuits/native/nativeModule.ts";
import { preferredBackend } from "../../orchestrator/prover/preferredBackend.ts";
import type { WarmRelease } from "../../orchestrator/prover/warmRelease.ts";

const made: BackendProof = {
  proof: {
    a: [1n, 2n],
    b: [
      [1n, 2n],
      [3n, 4n],
    ],
    c: [1n, 2n],
  },
  publicSignals: [1n],
  phases: {},
};

/** Proves, or fails with the error given. */
function backend(name: Groth16Backend["name"], failure: Error | null = null) {
  const asked: string[] = [];
  return {
    name,
    asked,
    load: () => Promise.resolve(),
    unload: () => undefined,
    prove: (release: string) => {
      asked.push(release);
      return failure === null ? Promise.resolve(made) : Promise.reject(failure);
    },
  };
}

function choice(preferred: Groth16Backend | null, fallback: Groth16Backend) {
  const reasons: string[] = [];
  const onSkipped = (reason: string) => void reasons.push(reason);
  const missing: string[] = [];
  const onTableMissing = (reason: string) => void missing.push(reason);
  const backends = new BackendChoice({ preferred, fallback, onSkipped, onTableMissing });
  const input = { release: "one", files: {} as WarmRelease, wtns: new Uint8Array(), watch: {} };
  const makeTable = (signal?: AbortSignal) => backends.makeTable("one", signal);
  return { reasons, missing, prove: () => backends.prove(input), makeTable };
}

describe("BackendChoice", () => {
  it("asks the preferred backend, and the fallback where there is none", async () => {
    const [native, snarkjs] = [backend("native"), backend("snarkjs")];
    assert.equal((await choice(native, snarkjs).prove()).backend, "native");
    assert.deepEqual(snarkjs.asked, []);
    assert.equal((await choice(null, snarkjs).prove()).backend, "snarkjs");
  });

  it("asks it no more once it failed where the fallback did not, and says so once", async () => {
    const native = backend("native", new Error("wrong"));
    const { prove, reasons } = choice(native, backend("snarkjs"));
    const [first, second] = [await prove(), await prove()];
    assert.deepEqual([first.backend, second.backend], ["snarkjs", "snarkjs"]);
    assert.deepEqual([first.quarantined, second.quarantined], ["wrong", null]);
    assert.equal(native.asked.length, 1);
    assert.equal(reasons.length, 1);
    assert.match(reasons[0] ?? "", /quarantined.*wrong/);
  });

  it("makes tables for the preferred backend only, and does without where that fails", async () => {
    const wrong = new Error("no memory");
    const tabled = { ...backend("native"), makeTable: () => Promise.resolve(7) };
    assert.equal(await choice(tabled, backend("snarkjs")).makeTable(), 7);
    assert.equal(await choice(null, tabled).makeTable(), 0);
    assert.equal(await choice(backend("native"), tabled).makeTable(), 0);
    const failing = { ...backend("native"), makeTable: () => Promise.reject(wrong) };
    const { makeTable, missing, reasons, prove } = choice(failing, backend("snarkjs"));
    assert.equal(await makeTable(), 0);
    assert.deepEqual([missing, reasons], [["no memory"], []]);
    assert.equal((await prove()).backend, "native");
    await assert.rejects(makeTable(AbortSignal.abort(new Error("stopped"))), /stopped/);
  });

  it("does not blame it for what the fallback cannot prove either", async () => {
    const native = backend("native", new Error("wrong"));
    const rejected = new OrchestratorError("ProofRejected");
    const { prove, reasons } = choice(native, backend("snarkjs", rejected));
    await assert.rejects(prove(), rejected);
    await assert.rejects(prove(), rejected);
    assert.equal(native.asked.length, 2);
    assert.deepEqual(reasons, []);
  });

  it("hands on that memory does not suffice, as the fallback needs more", async () => {
    const limit = new OrchestratorError("ProvingFailed", { data: { native: "MemoryLimit" } });
    const snarkjs = backend("snarkjs");
    const { prove } = choice(backend("native", limit), snarkjs);
    await assert.rejects(prove(), limit);
    assert.deepEqual(snarkjs.asked, []);
  });
});

describe("loadNativeModule", () => {
  it("says why there is none", async () => {
    assert.equal(loadNativeModule("/nowhere/at.all"), "there is no /nowhere/at.all");
    const directory = await mkdtemp(path.join(tmpdir(), "assay-module-"));
    const binary = path.join(directory, "other.node");
    await writeFile(binary, "no library");
    assert.equal(typeof loadNativeModule(binary), "string");
    await rm(directory, { recursive: true });
  });

  it("is not asked for when it is switched off", async () => {
    assert.equal(await preferredBackend({ backend: "snarkjs" }), "switched off");
  });

  it("is looked for where the settings say", async () => {
    const library = "/nowhere/at.all";
    assert.equal(await preferredBackend({ backend: "auto", library }), `there is no ${library}`);
  });
});
