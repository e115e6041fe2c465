import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { bn254 } from "@noble/curves/bn254.js";

import { enforceCommitment, enforceEvaluation } from "../../../circuits/compiler/r1cs/claim.ts";
import {
  ConstraintSystem,
  PUBLIC_WIRES,
} from "../../../circuits/compiler/r1cs/constraintSystem.ts";
import { fieldSum } from "../../../circuits/compiler/r1cs/fieldSum.ts";
import circuits from "../../../circuits/circuits.json" with { type: "json" };
import { commit } from "../../../sdk/protocol/commitment.ts";
import { evaluate } from "../../../sdk/protocol/publicSignals.ts";
import { toField } from "../../../sdk/protocol/field.ts";
import type { CompiledGadget } from "./compileGadget.ts";
import { compileGadget } from "./compileGadget.ts";
import { normalForm } from "./normalForm.ts";
import { readR1cs, readWtns } from "./readIden3.ts";
import type { SparseRow, Terms } from "./sparseRow.ts";
import { holds, sparseRow, valueOf } from "./sparseRow.ts";

const words = (count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => BigInt(i + 3) ** 50n % 2n ** 248n);

/** The commitment of given words by our own rows; h is wire 1. */
function ownCommitment(values: readonly bigint[]): {
  readonly rows: readonly SparseRow[];
  readonly values: readonly bigint[];
} {
  const collected = new ConstraintSystem({ keepsRows: true, computesValues: true });
  const wires = values.map((value) => fieldSum([[collected.wire(() => value), 1n]]));
  enforceCommitment(collected, wires);
  return {
    rows: collected.takeRows().map(sparseRow),
    values: Array.from({ length: collected.size.wires }, (_, wire) => collected.values.field(wire)),
  };
}

for (const count of [3, 19]) {
  describe(`CommitWords(${count}) beside our commitment`, () => {
    let gadget: CompiledGadget;
    let theirs: readonly bigint[];
    const ours = ownCommitment(words(count));

    before(async () => {
      gadget = await compileGadget(
        { template: "CommitWords", parameters: `${count}`, optimization: 2 },
        `commit${count}`,
      );
      theirs = readWtns(await gadget.witnessFor({ words: words(count) }));
    });

    it("hashes to the protocol's commitment in both", () => {
      assert.equal(theirs[1], commit(words(count)));
      assert.equal(ours.values[PUBLIC_WIRES.commitment], commit(words(count)));
    });

    it("has the pinned number of rows, ours one more to name h", () => {
      const pinned: Readonly<Record<string, number>> = circuits.constraints;
      const rows = readR1cs(gadget.r1cs).rows.length;
      assert.equal(rows, pinned[`CommitWords(${count})`]);
      assert.equal(ours.rows.length, rows + 1);
    });

    // circom keeps other wires when it substitutes, so rows cannot be paired one by one. Unsubstituted
    // it has all of ours; wires are matched by value on one input and must serve on another.
    it("accepts the other side's witness", async () => {
      const full = await compileGadget(
        { template: "CommitWords", parameters: `${count}`, optimization: 1 },
        `full${count}`,
      );
      const { rows } = readR1cs(full.r1cs);
      const theirFull = readWtns(await full.witnessFor({ words: words(count) }));
      const again = words(count).map((word) => word ^ 12345n);
      const theirFullAgain = readWtns(await full.witnessFor({ words: again }));
      const oursAgain = ownCommitment(again).values;

      const fromTheirs = ours.values.map((value) => theirFullAgain[theirFull.indexOf(value)]);
      assert.equal(firstBroken(ours.rows, withoutPublic(fromTheirs)), undefined);

      const fromOurs = theirFull.map((value) => oursAgain[ours.values.lastIndexOf(value)]);
      assert.equal(firstBroken(rows, completed(rows, fromOurs)), undefined);
    });

    it("refuses a change of any one wire", () => {
      const { rows: circomRows } = readR1cs(gadget.r1cs);
      for (const { rows, values } of [ours, { rows: circomRows, values: theirs }]) {
        const read = new Set(
          rows.flatMap(({ a, b, c }) => [...a.keys(), ...b.keys(), ...c.keys()]),
        );
        for (const wire of read) {
          const forged = values.with(wire, (values[wire] as bigint) + 1n);
          assert.notEqual(firstBroken(rows, forged), undefined, `wire ${wire}`);
        }
      }
    });
  });
}

describe("CommitWords(16)", () => {
  it("has 609 rows", async () => {
    const { r1cs } = await compileGadget(
      { template: "CommitWords", parameters: "16", optimization: 2 },
      "commit16",
    );
    assert.equal(readR1cs(r1cs).rows.length, 609);
    assert.equal(circuits.constraints["CommitWords(16)"], 609);
    assert.equal(ownCommitment(words(16)).rows.length, 609 + 1);
  });
});

/** Values of wires that rows leave no choice, from those that are known. */
function completed(
  rows: readonly SparseRow[],
  known: readonly (bigint | undefined)[],
): readonly bigint[] {
  const values = [...known];
  const at = (terms: Terms): bigint => valueOf(terms, values as readonly bigint[]);
  let pending = rows;
  for (let before = 0; pending.length !== before;) {
    before = pending.length;
    pending = pending.filter(({ a, b, c }) => {
      const missing = [...c.keys()].filter((wire) => values[wire] === undefined);
      const [wire] = missing;
      const isKnown = [...a.keys(), ...b.keys()].every((factor) => values[factor] !== undefined);
      if (!isKnown || missing.length > 1) return true;
      if (wire === undefined) return false;
      const others = new Map([...c].filter(([read]) => read !== wire));
      const rest = toField(at(a) * at(b) - at(others));
      values[wire] = toField(rest * bn254.fields.Fr.inv(c.get(wire) as bigint));
      return false;
    });
  }
  return values.map((value, wire) => {
    assert.ok(value !== undefined, `wire ${wire} does not follow from ours`);
    return value;
  });
}

/** Wires 2 and 3 are y and c, which a commitment does not read. */
function withoutPublic(values: readonly (bigint | undefined)[]): readonly bigint[] {
  return values.map((value, wire) => {
    if (wire === PUBLIC_WIRES.evaluation || wire === PUBLIC_WIRES.challenge) return 0n;
    assert.ok(value !== undefined, `wire ${wire} has no counterpart`);
    return value;
  });
}

function firstBroken(rows: readonly SparseRow[], values: readonly bigint[]): number | undefined {
  const index = rows.findIndex((row) => !holds(row, values));
  return index === -1 ? undefined : index;
}

describe("EvaluateWords(6) beside our evaluation", () => {
  it("has the same rows and Horner's value", async () => {
    const { r1cs } = await compileGadget(
      { template: "EvaluateWords", parameters: "6", optimization: 1 },
      "evaluate",
    );
    const system = new ConstraintSystem({ keepsRows: true, computesValues: true });
    const wires = words(6).map((value) => system.wire(() => value));
    system.values.set(PUBLIC_WIRES.challenge, 99n);
    enforceEvaluation(
      system,
      wires.map((wire) => fieldSum([[wire, 1n]])),
    );
    assert.equal(system.values.field(PUBLIC_WIRES.evaluation), evaluate(words(6), 99n));

    const names = (output: number, inputs: readonly number[]): ReadonlyMap<number, string> =>
      new Map([
        [0, "one"],
        [output, "output"],
        ...inputs.map((wire, i) => [wire, `input ${i}`] as const),
      ]);
    const own = normalForm({
      rows: system.takeRows().map(sparseRow),
      names: names(PUBLIC_WIRES.evaluation, [4, 5, 6, 7, 8, 9, PUBLIC_WIRES.challenge]),
    });
    const circom = normalForm({
      rows: readR1cs(r1cs).rows,
      names: names(1, [2, 3, 4, 5, 6, 7, 8]),
    });
    assert.deepEqual(own, circom);
    assert.equal(circom.isDiscrete, true);
  });
});
