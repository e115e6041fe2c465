import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";
import type { Row, Wire } from "../../../circuits/compiler/r1cs/combination.ts";
import type { WireValues } from "../../../circuits/compiler/r1cs/wireValues.ts";
import { isSatisfied } from "../../../circuits/compiler/witness/findUnsatisfiedRow.ts";
import { completedCircuit } from "./completedCircuit.ts";
import { determinedWires, wiresOf } from "./determinedWires.ts";

/** −6 … 9 divided by 1 … 3, or by a constant. */
function smallDivision(divisor: "computed" | 3 | 4): IntegerModel {
  const b = new IntegerBuilder();
  const x = b.input({ name: "x", shape: [1], elementType: "int8" });
  const z = b.input({ name: "z", shape: [1], elementType: "uint8" });
  const denominator =
    divisor === "computed"
      ? b.rescale({ source: z, shift: 0, low: 1, high: 3 })
      : b.constant({ shape: [1], values: [divisor] });
  const numerator = b.rescale({ source: x, shift: 0, low: -6, high: 9 });
  const quotient = b.divide({ numerator, denominator, label: "divide" });
  // lifted, so that the output needs no sign and the division's bits are the only open ones
  const lifted = b.affine({ source: quotient, offsets: 6 });
  b.output({ name: "y", value: lifted, elementType: "int8" });
  return b.build();
}

/** Input wires: x, six bits and a sign, then z. */
const GIVEN: readonly Wire[] = [3, 4, 12];

describe("the rows of a division", () => {
  for (const divisor of ["computed", 3, 4] as const) {
    it(`accept one quotient and one remainder, of all that bits can say: divisor ${divisor}`, () => {
      const model = smallDivision(divisor);
      for (let x = -8; x <= 11; x++) {
        for (let z = 0; z <= 4; z++) {
          const { rows, witness } = completedCircuit(model, Uint8Array.of(x & 255, z));
          const { bits, local } = freeBits(rows, witness.values);
          assert.equal(satisfyingAssignments(local, bits, witness.values), 1, `${x} / ${z}`);
        }
      }
    });
  }
});

/** The division's own bits: what reasoning row by row leaves open, and the rows that only read them. */
function freeBits(
  rows: readonly Row[],
  values: WireValues,
): { readonly bits: readonly Wire[]; readonly local: readonly Row[] } {
  const known = determinedWires(rows, values, GIVEN);
  const bits = rows
    .filter(({ a, c }) => c.wires.length === 0 && a.wires.length === 1)
    .map(({ a }) => a.wires[0] as Wire)
    .filter((wire) => !known.has(wire));
  const local = rows.filter((row) => {
    const wires = [...wiresOf(row)];
    const isOpen = wires.some((wire) => bits.includes(wire));
    return isOpen && wires.every((wire) => known.has(wire) || bits.includes(wire));
  });
  assert.ok(bits.length <= 8, `${bits.length} bits`);
  return { bits, local };
}

function satisfyingAssignments(
  rows: readonly Row[],
  bits: readonly Wire[],
  values: WireValues,
): number {
  const honest = bits.map((wire) => values.small(wire));
  let count = 0;
  for (let assignment = 0; assignment < 2 ** bits.length; assignment++) {
    bits.forEach((wire, i) => values.set(wire, (assignment >> i) & 1));
    if (rows.every((row) => isSatisfied(row, values))) count++;
  }
  bits.forEach((wire, i) => values.set(wire, honest[i] as number));
  return count;
}
