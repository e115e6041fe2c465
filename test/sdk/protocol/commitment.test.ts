import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { buildPoseidonReference } from "circomlibjs";

import { commit, commitmentState } from "../../../sdk/protocol/commitment.ts";
import { FIELD_ORDER, toField } from "../../../sdk/protocol/field.ts";
import { poseidonEx } from "../../../sdk/protocol/poseidon.ts";

const circomlib = await buildPoseidonReference();
const reference = (inputs: readonly bigint[], state: bigint): bigint =>
  circomlib.F.toObject(circomlib(inputs, state));

const words = (count: number): bigint[] =>
  Array.from({ length: count }, (_, i) => toField(BigInt(i + 1) ** 61n * 7n ** 90n) >> 6n);

describe("poseidonEx", () => {
  it("equals circomlibjs for every number of inputs", () => {
    for (let inputs = 1; inputs <= 16; inputs++) {
      const state = FIELD_ORDER - BigInt(inputs);
      assert.equal(poseidonEx(words(inputs), state), reference(words(inputs), state));
    }
  });

  it("refuses no input and more than sixteen", () => {
    assert.throws(() => poseidonEx([], 0n), RangeError);
    assert.throws(() => poseidonEx(words(17), 0n), RangeError);
  });
});

describe("commit", () => {
  it("chains circomlib's permutation over blocks of sixteen, the last of its own size", () => {
    const w = words(35);
    let state = commitmentState(35);
    state = reference(w.slice(0, 16), state);
    state = reference(w.slice(16, 32), state);
    state = reference(w.slice(32), state);
    assert.equal(commit(w), state);
  });

  it("depends on the number of words", () => {
    assert.notEqual(commit([1n]), commit([1n, 0n]));
    assert.notEqual(commit(words(16)), commit([...words(16), 0n]));
  });
});
