import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseModel } from "../../../circuits/compiler/integer/modelFile.ts";
import { calculateWitness } from "../../../circuits/compiler/witness/calculateWitness.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { explained } from "../../../orchestrator/prover/explainRejection.ts";
import { digitsRelease } from "../../circuits/release/digits.ts";

const { store, manifest } = await digitsRelease();
const model = parseModel(await store.get(manifest.artefacts.integerModel.cid));
const witness = () =>
  calculateWitness({ model, input: new Uint8Array(64).fill(3), challengeOf: () => 7n }).values;
const rejected = new OrchestratorError("ProofRejected", { data: { native: "ProofRejected" } });

function failure(run: Promise<unknown>): Promise<OrchestratorError> {
  return run.then(
    () => assert.fail("it was proven"),
    (error: unknown) => {
      assert(error instanceof OrchestratorError, String(error));
      return error;
    },
  );
}

describe("explained", () => {
  it("hands on what was proven", async () => {
    assert.equal(await explained(model, witness(), () => Promise.resolve(1)), 1);
  });

  it("names the first row that the witness of a rejected proof breaks", async () => {
    const values = witness();
    values.set(4, (values.field(4) + 1n) % 97n);
    const error = await failure(explained(model, values, () => Promise.reject(rejected)));
    assert.equal(error.code, "WitnessWrong");
    const { row, native } = error.data;
    assert.ok(typeof row === "number" && row >= 0 && row < manifest.circuit.rows, String(row));
    assert.equal(native, "ProofRejected");
  });

  it("says that the key is at fault where the witness breaks none", async () => {
    const error = await failure(explained(model, witness(), () => Promise.reject(rejected)));
    assert.equal(error.code, "ProofRejected");
    assert.match(String(error.data["witness"]), /breaks no row/);
  });

  it("hands other failures on as they are", async () => {
    const limit = new OrchestratorError("ProvingFailed", { data: { native: "MemoryLimit" } });
    assert.equal(await failure(explained(model, witness(), () => Promise.reject(limit))), limit);
  });
});
