import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CompilerError } from "../../../circuits/compiler/compilerError.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";
import { billOf } from "../../../circuits/compiler/r1cs/bill.ts";
import { buildCircuit } from "../../../circuits/compiler/r1cs/buildCircuit.ts";
import { formatBill } from "../../../circuits/compiler/r1cs/formatBill.ts";
import { choices, randomModel } from "../integer/randomModel.ts";

/** 64 bytes, 32 hidden Relu units, 10 int16 logits: the shape of models/digits-mlp. */
function digitsPerceptron(): IntegerModel {
  const random = choices(1);
  const integers = (length: number, limit: number): number[] =>
    Array.from({ length }, () => random.integer(-limit, limit));
  const b = new IntegerBuilder();
  const x = b.input({ name: "image", shape: [1, 64], elementType: "uint8" });
  const sums = b.matMul({
    source: x,
    weights: integers(64 * 32, 127),
    bias: integers(32, 5000),
    label: "hidden",
  });
  const hidden = b.rescale({ source: sums, shift: 9, low: 0, high: 255, label: "relu" });
  const logits = b.matMul({
    source: hidden,
    weights: integers(32 * 10, 127),
    bias: integers(10, 5000),
    label: "output",
  });
  const saturated = b.rescale({ source: logits, shift: 3, low: -(2 ** 15), high: 2 ** 15 - 1 });
  b.output({ name: "logits", value: saturated, elementType: "int16" });
  return b.build();
}

/** Rows of a model beyond those of its payload. */
function rowsOf(label: string, model: IntegerModel): number {
  return buildCircuit(model).layers.find((layer) => layer.label === label)?.rows ?? 0;
}

function operationOn(
  make: (
    b: IntegerBuilder,
    x: ReturnType<IntegerBuilder["input"]>,
  ) => ReturnType<IntegerBuilder["input"]>,
): IntegerModel {
  const b = new IntegerBuilder();
  const x = b.input({ name: "x", shape: [1, 1], elementType: "int16" });
  const sums = b.matMul({ source: x, weights: [31], bias: [0] });
  b.output({ name: "y", value: make(b, sums), elementType: "int64" });
  return b.build();
}

describe("buildCircuit", () => {
  it("keeps the digits perceptron within 2,500 rows, none of its sums in A or B", () => {
    const { size, layers } = buildCircuit(digitsPerceptron());
    assert.ok(size.rows <= 2500, `${size.rows} rows`);
    for (const label of ["hidden", "output"]) {
      const layer = layers.find((candidate) => candidate.label === label);
      assert.deepEqual([layer?.rows, layer?.termsA, layer?.termsB], [0, 0, 0]);
    }
  });

  it("counts what its rows hold", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { size, layers, rows } = buildCircuit(randomModel(seed));
      const all = [...rows()];
      const wires = Math.max(
        ...all.flatMap(({ a, b, c }) => [a, b, c].flatMap((part) => Array.from(part.wires))),
      );
      assert.equal(all.length, size.rows);
      assert.ok(wires < size.wires);
      for (const [part, count] of [
        ["a", size.termsA],
        ["b", size.termsB],
        ["c", size.termsC],
      ] as const) {
        assert.equal(
          all.reduce((sum, row) => sum + row[part].wires.length, 0),
          count,
        );
      }
      assert.equal(
        layers.reduce((sum, layer) => sum + layer.rows, 0),
        size.rows,
      );
    }
  });

  it("costs b + 2 rows for relu and rescale of b bits, 2 more to saturate", () => {
    const label = "relu";
    const bits = 21; // 31 · −2^15 needs 20 bits and a sign
    const relu = operationOn((b, source) => b.rescale({ source, shift: 4, low: 0, label }));
    const capped = operationOn((b, source) =>
      b.rescale({ source, shift: 4, low: 0, high: 255, label }),
    );
    const rounded = operationOn((b, source) => b.rescale({ source, shift: 4, label }));
    assert.equal(rowsOf(label, rounded), bits + 1);
    assert.equal(rowsOf(label, relu), bits + 2);
    assert.equal(rowsOf(label, capped), bits + 4);
  });

  it("asks an element for its bits once", () => {
    const both = operationOn((b, source) => {
      const relu = b.rescale({ source, shift: 0, low: 0, label: "relu" });
      const sign = b.isNegative({ source, label: "sign" });
      return b.add({ a: relu, b: sign });
    });
    assert.equal(rowsOf("sign", both), 0);
    const signFirst = operationOn((b, source) => {
      const sign = b.isNegative({ source, label: "sign" });
      return b.add({ a: b.rescale({ source, shift: 0, low: 0, label: "relu" }), b: sign });
    });
    assert.equal(rowsOf("relu", signFirst), 1);
  });

  it("looks a rounded value up by the bits it already has", () => {
    const table = Array.from({ length: 256 }, (_, i) => (i * i) % 101);
    const model = operationOn((b, source) => {
      const index = b.rescale({ source, shift: 13, label: "index" });
      return b.lookup({ source: index, first: -128, table, label: "lookup" });
    });
    assert.equal(rowsOf("lookup", model), 11 + 11 + 15);
  });

  it("spends no row on what no output reads or what cannot vary", () => {
    const unused = operationOn((b, source) => {
      b.rescale({ source, shift: 2, low: 0, label: "unused" });
      return source;
    });
    assert.equal(rowsOf("unused", unused), 0);
    const dead = operationOn((b, source) => {
      const negative = b.affine({ source, offsets: -(2 ** 30) });
      return b.rescale({ source: negative, shift: 2, low: 0, label: "dead" });
    });
    assert.equal(rowsOf("dead", dead), 0);
  });

  it("splits no sum beside C: other rows read wires and bits", () => {
    const { rows } = buildCircuit(digitsPerceptron());
    const linear = [...rows()].filter(({ c }) => c.wires.length > 60);
    assert.ok(linear.length >= 32);
    for (const { a, b } of linear) assert.deepEqual([a.wires.length, b.wires.length], [0, 0]);
  });

  it("refuses payloads that no request can carry", () => {
    const b = new IntegerBuilder();
    const x = b.input({ name: "x", shape: [2 ** 20], elementType: "int64" });
    b.output({ name: "y", value: x, elementType: "int64" });
    assert.throws(() => buildCircuit(b.build()), CompilerError);
  });
});

describe("bill", () => {
  it("finds the domain and the layer to change", () => {
    const bill = billOf(buildCircuit(digitsPerceptron()));
    assert.equal(bill.domainPower, 11);
    assert.equal(bill.rowLimit, 2 ** 11 - 4);
    assert.equal(bill.advice.layer, "relu");
    assert.equal(bill.size.rows - bill.advice.rowsToHalve, 2 ** 10 - 4);
  });

  it("prints one line per layer that costs something, and the forecasts", () => {
    const text = formatBill(billOf(buildCircuit(digitsPerceptron())));
    for (const part of ["image", "relu", "commitment", "total", "domain", "2^11", "gas"]) {
      assert.ok(text.includes(part), part);
    }
    assert.equal(text.includes("hidden"), false);
  });
});
