import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";
import { payloadLength } from "../../../circuits/compiler/integer/payload.ts";
import type { Row, Wire } from "../../../circuits/compiler/r1cs/combination.ts";
import { fieldValue } from "../../../circuits/compiler/r1cs/constraintSystem.ts";
import type { WireValues } from "../../../circuits/compiler/r1cs/wireValues.ts";
import { isSatisfied } from "../../../circuits/compiler/witness/findUnsatisfiedRow.ts";
import { choices, payloads, randomModel } from "../integer/randomModel.ts";
import { completedCircuit } from "./completedCircuit.ts";
import { primitiveModels } from "./primitiveModels.ts";
import { determinedWires, wiresOf } from "./determinedWires.ts";

const MODELS = primitiveModels(3);

describe("a forged wire", () => {
  for (const [name, model] of Object.entries(MODELS)) {
    it(`changes nothing that anybody reads: ${name}`, () => {
      for (const input of payloads(model, choices(1), 2)) {
        const { rows, witness } = completedCircuit(model, input);
        const survivors = survivingForgeries(rows, witness.values);
        for (const wire of survivors) {
          assert.equal(isUnread(rows, witness.values, wire), true, `wire ${wire} of ${name}`);
        }
      }
    });
  }

  it("is named by the row it breaks", () => {
    const model = MODELS["relu"] as IntegerModel;
    const { rows, witness } = completedCircuit(model, new Uint8Array(payloadLength(model.inputs)));
    witness.values.set(4, 1);
    assert.equal(rows.findIndex((row) => !isSatisfied(row, witness.values)) >= 0, true);
  });
});

describe("the rows of a circuit", () => {
  const models = {
    ...MODELS,
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, seed) => [`model ${seed}`, randomModel(seed)]),
    ),
  };

  it("leave one value to every wire that is read, once the payload is given", () => {
    for (const [name, model] of Object.entries(models)) {
      if (model.operations.some(({ kind }) => kind === "divide")) continue;
      for (const input of payloads(model, choices(2), 2)) {
        const { rows, witness } = completedCircuit(model, input);
        const known = determinedWires(rows, witness.values, [3, ...inputWires(model)]);
        for (let wire = 0; wire < witness.values.count; wire++) {
          if (known.has(wire)) continue;
          assert.equal(isUnread(rows, witness.values, wire), true, `wire ${wire} of ${name}`);
        }
      }
    }
  });
});

describe("a row", () => {
  it("is never superfluous: without it, on some input, a wire that is read goes free", () => {
    for (const name of ["relu with cap 6", "saturation to int8", "lookup"]) {
      const model = MODELS[name] as IntegerModel;
      const given = [3, ...inputWires(model)];
      const inputs = payloads(model, choices(9), 3);
      const circuits = inputs.map((input) => completedCircuit(model, input));
      const all = circuits.map(
        ({ rows, witness }) => determinedWires(rows, witness.values, given).size,
      );
      for (const dropped of circuits[0]?.rows.keys() ?? []) {
        const isNeeded = circuits.some(({ rows, witness }, i) => {
          const rest = rows.filter((_, index) => index !== dropped);
          return determinedWires(rest, witness.values, given).size < (all[i] ?? 0);
        });
        assert.equal(isNeeded, true, `row ${dropped} of ${name}`);
      }
    }
  });
});

/** Private wires that some single change leaves unnoticed by every row. */
function survivingForgeries(rows: readonly Row[], values: WireValues): readonly Wire[] {
  const readers = new Map<Wire, Row[]>();
  for (const row of rows) {
    for (const wire of wiresOf(row)) readers.set(wire, [...(readers.get(wire) ?? []), row]);
  }
  const survivors: Wire[] = [];
  for (let wire = 4; wire < values.count; wire++) {
    const honest = values.field(wire);
    const forgeries = [
      honest + 1n,
      honest - 1n,
      1n - honest,
      -honest - 1n,
      honest * 2n + 3n,
      honest + 256n,
    ];
    for (const forged of forgeries) {
      values.set(wire, forged);
      if (values.field(wire) === honest) continue;
      if ((readers.get(wire) ?? []).every((row) => isSatisfied(row, values))) survivors.push(wire);
    }
    values.set(wire, honest);
  }
  return survivors;
}

/** The inverse beside a zero: its only row multiplies it by that zero. */
function isUnread(rows: readonly Row[], values: WireValues, wire: Wire): boolean {
  const readers = rows.filter((row) => wiresOf(row).has(wire));
  const [only] = readers;
  return (
    only !== undefined &&
    readers.length === 1 &&
    Array.from(only.b.wires).includes(wire) &&
    !Array.from(only.c.wires).includes(wire) &&
    fieldValue(only.a, values) === 0n
  );
}

/** Inputs come first: a wire and its upper bits per element, or 64 bits for an 8-byte one. */
function inputWires(model: IntegerModel): readonly Wire[] {
  const wires: Wire[] = [];
  let next = 4;
  for (const { value, elementType } of model.inputs) {
    const width = Number(elementType.replace(/^u?int/, ""));
    for (const _ of model.values[value]?.low ?? []) {
      wires.push(...Array.from({ length: width === 64 ? 64 : 1 }, (__, i) => next + i));
      next += width;
      // inverse, flag and result of the saturation
      if (width === 64) next += 3;
    }
  }
  return wires;
}
