import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { encodePayload } from "../../../circuits/compiler/integer/payload.ts";
import { combinationOf } from "../../../circuits/compiler/r1cs/circuitElement.ts";
import { ConstraintSystem } from "../../../circuits/compiler/r1cs/constraintSystem.ts";
import { instantiateModel } from "../../../circuits/compiler/r1cs/instantiate.ts";
import { isSatisfied } from "../../../circuits/compiler/witness/findUnsatisfiedRow.ts";
import { choices } from "../integer/randomModel.ts";
import { primitiveModels } from "./primitiveModels.ts";

const COUNT = 128;
const PAYLOADS = 16;

/** Ends of the range, zero, and both sides of ties and of powers of two. */
const EDGES = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 127, 128, 255, 256, 511, 512, 4095, 4096, 16383];

describe("a primitive's circuit", () => {
  for (const [name, model] of Object.entries(primitiveModels(COUNT))) {
    it(`gives the interpreter's result for 2,048 edge and random elements: ${name}`, () => {
      const random = choices(11);
      for (let round = 0; round < PAYLOADS; round++) {
        const inputs = model.inputs.map(({ elementType }) => {
          const limit = elementType === "int16" ? 2 ** 15 : 2 ** 7;
          return Float64Array.from({ length: COUNT }, () => {
            const edge = random.pick([...EDGES, limit - 1, limit]) * random.pick([1, -1]);
            const drawn = random.integer(-limit, limit - 1);
            return Math.min(Math.max(random.pick([edge, drawn]), -limit), limit - 1) + 0;
          });
        });
        const system = new ConstraintSystem({ keepsRows: true, computesValues: true });
        const steps = instantiateModel(system, model, encodePayload(model.inputs, inputs));
        let step = steps.next();
        while (step.done !== true) step = steps.next();

        const computed = step.value.outputs.map((elements) =>
          Float64Array.from(elements, (element) => system.valueOf(combinationOf(element))),
        );
        assert.deepEqual(computed, interpret(model, inputs));
        const broken = system.takeRows().findIndex((row) => !isSatisfied(row, system.values));
        assert.equal(broken, -1);
      }
    });
  }
});
