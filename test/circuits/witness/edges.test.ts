import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CompilerError } from "../../../circuits/compiler/compilerError.ts";
import { ELEMENT_TYPES, type ElementType } from "../../../circuits/compiler/integer/elementType.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import {
  decodeInputs,
  encodeOutputs,
  payloadLength,
} from "../../../circuits/compiler/integer/payload.ts";
import { buildCircuit } from "../../../circuits/compiler/r1cs/buildCircuit.ts";
import { findUnsatisfiedRow } from "../../../circuits/compiler/witness/findUnsatisfiedRow.ts";
import { publicSignals } from "../../../sdk/protocol/publicSignals.ts";
import { wordCount } from "../../../sdk/protocol/words.ts";
import { choices, payloads } from "../integer/randomModel.ts";
import { BINDING, completedCircuit } from "./completedCircuit.ts";

/** The circuit gives the interpreter's output, satisfied, with the protocol's public signals. */
function assertExact(model: IntegerModel, input: Uint8Array, name: string): void {
  const expected = encodeOutputs(model, interpret(model, decodeInputs(model, input)));
  const { rows, witness } = completedCircuit(model, input);
  assert.deepEqual(witness.output, expected, name);
  assert.equal(findUnsatisfiedRow(rows, witness.values)?.index, undefined, name);
  assert.deepEqual(
    [witness.commitment, witness.evaluation, witness.challenge],
    publicSignals({ ...BINDING, input, output: expected }),
    name,
  );
}

function int64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value);
  return bytes;
}

describe("a circuit near 2^52", () => {
  it("clamps to bounds one beside a power of two, where logarithms round", () => {
    for (const high of [2 ** 49, 2 ** 49 - 1, 2 ** 49 - 2, 2 ** 50 + 1, 2 ** 50 - 3]) {
      const b = new IntegerBuilder();
      const source = b.input({ name: "x", shape: [1], elementType: "int64" });
      const value = b.rescale({ source, shift: 0, low: -high - 1, high });
      b.output({ name: "y", value, elementType: "int64" });
      const model = b.build();
      for (const bound of [BigInt(high), -BigInt(high)]) {
        for (let step = -2n; step <= 2n; step++) assertExact(model, int64(bound + step), `${high}`);
      }
      for (const end of [2n ** 63n - 1n, -(2n ** 63n)]) assertExact(model, int64(end), `${high}`);
    }
  });

  it("adds terms exactly that cancel past 2^53: odd numbers by a table, times 2^37", () => {
    const b = new IntegerBuilder();
    const source = b.input({ name: "x", shape: [1, 2], elementType: "uint16" });
    const table = Array.from({ length: 2 ** 16 }, (_, i) => i % 2);
    const isOdd = b.lookup({ source, first: 0, table });
    const value = b.add({
      a: b.matMul({ source, weights: [1, 1], bias: [0] }),
      b: b.matMul({ source: isOdd, weights: [2 ** 37, 2 ** 37], bias: [0] }),
    });
    b.output({ name: "y", value, elementType: "int64" });
    const model = b.build();
    for (const low of [0xfc, 0xfd, 0xfe, 0xff]) {
      assertExact(model, Uint8Array.of(0xff, low, 0xff, 0xfe), `${low}`);
    }
  });

  it("is refused, with its layer named, where a coefficient would not be exact", () => {
    const b = new IntegerBuilder();
    const source = b.input({ name: "x", shape: [1], elementType: "uint16" });
    const table = Array.from({ length: 2 ** 16 }, (_, i) => (i & 1) ^ ((i >> 7) & 1));
    const value = b.affine({
      source: b.lookup({ source, first: 0, table }),
      multipliers: 2 ** 44,
      label: "scale",
    });
    b.output({ name: "y", value, elementType: "int64" });
    assert.throws(
      () => buildCircuit(b.build()),
      (error) =>
        error instanceof CompilerError &&
        error.code === "RangeTooWide" &&
        error.message.includes('affine "scale"'),
    );
  });
});

describe("a claim's words", () => {
  it("cut elements of every type anywhere and chain blocks of sixteen at their edges", () => {
    const cases = [
      { count: 7, unread: undefined, words: 14 },
      { count: 8, unread: undefined, words: 16 },
      { count: 9, unread: "int32", words: 17 },
      { count: 16, unread: undefined, words: 32 },
      { count: 19, unread: "uint64", words: 33 },
    ] as const;
    for (const { count, unread, words } of cases) {
      const model = copies(count, unread);
      const bytes = [model.inputs, model.outputs].map((tensors) => payloadLength(tensors));
      assert.equal(wordCount(bytes[0] ?? 0) + wordCount(bytes[1] ?? 0), words);
      for (const input of payloads(model, choices(count), 1)) {
        assertExact(model, input, `${words} words`);
      }
    }
  });
});

/** A byte, then `count` elements of every type; all but one type come out again, behind that byte. */
function copies(count: number, unread: ElementType | undefined): IntegerModel {
  const b = new IntegerBuilder();
  const first = b.input({ name: "first", shape: [1], elementType: "uint8" });
  const inputs = ELEMENT_TYPES.map((elementType) => ({
    elementType,
    value: b.input({ name: elementType, shape: [count], elementType }),
  }));
  b.output({ name: "first", value: first, elementType: "uint8" });
  for (const { elementType, value } of inputs.toReversed()) {
    if (elementType !== unread) b.output({ name: elementType, value, elementType });
  }
  return b.build();
}
