import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { decodeInputs, encodeOutputs } from "../../../circuits/compiler/integer/payload.ts";
import { buildCircuit } from "../../../circuits/compiler/r1cs/buildCircuit.ts";
import { calculateWitness } from "../../../circuits/compiler/witness/calculateWitness.ts";
import { findUnsatisfiedRow } from "../../../circuits/compiler/witness/findUnsatisfiedRow.ts";
import { challenge, publicSignals } from "../../../sdk/protocol/publicSignals.ts";
import { choices, payloads, randomModel } from "../integer/randomModel.ts";
import { BINDING } from "./completedCircuit.ts";

const MODELS = 120;
const RANDOM_PAYLOADS = 5;

describe("calculateWitness", () => {
  it("gives the interpreter's output and satisfies every row, for random models and edge inputs", () => {
    for (let seed = 0; seed < MODELS; seed++) {
      const model = randomModel(seed);
      const rows = [...buildCircuit(model).rows()];
      for (const input of payloads(model, choices(seed), RANDOM_PAYLOADS)) {
        const witness = calculateWitness({
          model,
          input,
          challengeOf: (claim) => challenge({ ...BINDING, ...claim }),
        });
        const expected = encodeOutputs(model, interpret(model, decodeInputs(model, input)));
        assert.deepEqual(witness.output, expected, `seed ${seed}`);
        assert.equal(findUnsatisfiedRow(rows, witness.values)?.index, undefined, `seed ${seed}`);
        assert.deepEqual(
          [witness.commitment, witness.evaluation, witness.challenge],
          publicSignals({ ...BINDING, input, output: expected }),
          `seed ${seed}`,
        );
      }
    }
  });
});
