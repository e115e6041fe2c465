import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ConstraintSystem } from "../../../circuits/compiler/r1cs/constraintSystem.ts";
import { wireOf } from "../../../circuits/compiler/r1cs/combination.ts";
import { fieldSum } from "../../../circuits/compiler/r1cs/fieldSum.ts";
import circuits from "../../../circuits/circuits.json" with { type: "json" };
import { toField } from "../../../sdk/protocol/field.ts";
import { compileGadget } from "./compileGadget.ts";
import type { GadgetInstance } from "./gadgetInstances.ts";
import { GADGET_INSTANCES } from "./gadgetInstances.ts";
import type { NamedRows } from "./normalForm.ts";
import { normalForm } from "./normalForm.ts";
import type { R1csFile } from "./readIden3.ts";
import { readR1cs } from "./readIden3.ts";
import { sparseRow } from "./sparseRow.ts";

/** Wires 0 to 3 are the constant and the public signals. */
const FIRST_PRIVATE_WIRE = 4;

const pinned: Readonly<Record<string, number>> = circuits.constraints;

describe("a gadget", () => {
  Object.entries(GADGET_INSTANCES).forEach(([name, instance], i) => {
    it(`has the same rows in circom and in TypeScript: ${name}`, async () => {
      const { r1cs } = await compileGadget(instance, `gadget${i}`);
      const file = readR1cs(r1cs);
      const [fromCircom, fromTypeScript] = [circomRows(file), typeScriptRows(instance)].map(
        normalForm,
      );

      assert.deepEqual(fromTypeScript?.rows, fromCircom?.rows);
      assert.equal(fromCircom?.isDiscrete, true);
      assert.equal(file.rows.length, pinned[name], "circuits.json pins the constraint count");
    });
  });
});

describe("the comparison", () => {
  it("tells gadgets apart that differ in one number", async () => {
    const call = { template: "SaturateUnsigned", optimization: 1 } as const;
    const forms = await Promise.all(
      ["12, 1536, 0", "12, 1537, 0", "12, 1536, 0"].map(async (parameters, i) => {
        const { r1cs } = await compileGadget({ ...call, parameters }, `apart${i}`);
        return normalForm(circomRows(readR1cs(r1cs))).rows;
      }),
    );
    assert.notDeepEqual(forms[0], forms[1]);
    assert.deepEqual(forms[0], forms[2]);
  });

  it("sees no difference in sign, order of factors or numbering", () => {
    const one = (wire: number, coefficient = 1n): ReadonlyMap<number, bigint> =>
      new Map([[wire, toField(coefficient)]]);
    const names = new Map([[1, "input 0"]]);
    const rows = [{ a: one(1), b: one(2), c: one(3) }];
    const same = [{ a: one(7, -1n), b: one(1), c: one(5, -1n) }];
    const other = [{ a: one(7, -1n), b: one(1), c: one(5) }];
    assert.deepEqual(normalForm({ rows, names }), normalForm({ rows: same, names }));
    assert.notDeepEqual(normalForm({ rows, names }), normalForm({ rows: other, names }));
  });
});

/** circom numbers the constant, outputs, then inputs. */
function circomRows({ rows, outputs, privateInputs }: R1csFile): NamedRows {
  const names = new Map([[0, "one"]]);
  for (let i = 0; i < outputs; i++) names.set(1 + i, `output ${i}`);
  for (let i = 0; i < privateInputs; i++) names.set(1 + outputs + i, `input ${i}`);
  return { rows, names };
}

function typeScriptRows({ inputs, instantiate }: GadgetInstance): NamedRows {
  const system = new ConstraintSystem({ keepsRows: true, computesValues: false });
  const names = new Map([[0, "one"]]);
  const inputWires = Array.from({ length: inputs }, (_, i) => {
    const input = system.wire(() => 0);
    names.set(input.wires[0] as number, `input ${i}`);
    return input;
  });
  const outputs = instantiate(system, inputWires);
  if (inputs === 0) names.set(FIRST_PRIVATE_WIRE, "input 0");
  outputs.forEach((output, i) => {
    const isWire = output.wires.length === 1 && output.coefficients[0] === 1;
    const wire = isWire ? wireOf(output.wires[0] as number) : system.wire(() => 0);
    if (!isWire) {
      system.enforceZero(
        fieldSum([
          [output, 1n],
          [wire, -1n],
        ]),
      );
    }
    names.set(wire.wires[0] as number, `output ${i}`);
  });
  return { rows: system.takeRows().map(sparseRow), names };
}
