import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { CompilerErrorCode } from "../../../circuits/compiler/compilerError.ts";
import { CompilerError } from "../../../circuits/compiler/compilerError.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { Value } from "../../../circuits/compiler/integer/integerModel.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";

function refuses(code: CompilerErrorCode, names: RegExp, act: () => unknown): void {
  assert.throws(act, (error: unknown) => {
    assert.ok(error instanceof CompilerError);
    assert.equal(error.code, code);
    assert.match(error.message, names);
    return true;
  });
}

function started(elementType: "int32" | "uint8" = "int32"): {
  readonly b: IntegerBuilder;
  readonly x: Value;
} {
  const b = new IntegerBuilder();
  return { b, x: b.input({ name: "x", shape: [1, 2], elementType }) };
}

describe("IntegerBuilder", () => {
  it("names the operation and the layer that may reach 2^52", () => {
    const { b, x } = started();
    const label = "conv 3";
    const weights = [2 ** 21, 0];
    refuses("RangeTooWide", /matMul "conv 3".*2\^52/, () =>
      b.matMul({ source: x, weights, bias: [0], label }),
    );
    refuses("RangeTooWide", /affine "conv 3"/, () =>
      b.affine({ source: x, multipliers: 2 ** 21, label }),
    );
    const wide = b.affine({ source: x, multipliers: 2 ** 20 });
    refuses("RangeTooWide", /add "conv 3"/, () => b.add({ a: wide, b: wide, label }));
    refuses("RangeTooWide", /product "conv 3"/, () => b.product({ a: x, b: x, label }));
    refuses("RangeTooWide", /rescale "conv 3"/, () =>
      b.rescale({ source: b.affine({ source: wide, offsets: 2 ** 51 - 1 }), shift: 30, label }),
    );
  });

  it("refuses a bound past 2^52 that would replace its source, and ignores one out of reach", () => {
    const { b, x } = started();
    refuses("RangeTooWide", /rescale "cap"/, () =>
      b.rescale({ source: x, shift: 0, low: 2 ** 60, label: "cap" }),
    );
    const kept = b.rescale({ source: x, shift: 0, low: -(2 ** 60), high: 2 ** 60 });
    assert.deepEqual([kept.low, kept.high], [x.low, x.high]);
  });

  it("counts what a gather copies, however often it names a source", () => {
    const b = new IntegerBuilder();
    const x = b.input({ name: "x", shape: [2 ** 20], elementType: "int8" });
    refuses("ModelTooLarge", /gather/, () =>
      b.gather({ sources: Array<Value>(65).fill(x), shape: [1], indices: [0] }),
    );
  });

  it("bounds the sum of magnitudes, not only the interval", () => {
    const b = new IntegerBuilder();
    const x = b.constant({ shape: [1, 2], values: [2 ** 51, 2 ** 51] });
    refuses("RangeTooWide", /matMul/, () =>
      b.matMul({ source: x, weights: [1, -1], bias: [0], label: "" }),
    );
  });

  it("refuses constants that are not integers", () => {
    const { b, x } = started();
    refuses("ConstantNotInteger", /weights\[1\] is NaN/, () =>
      b.matMul({ source: x, weights: [1, NaN], bias: [0] }),
    );
    refuses("ConstantNotInteger", /0\.5/, () => b.affine({ source: x, multipliers: 0.5 }));
    refuses("ConstantNotInteger", /bounds/, () => b.rescale({ source: x, shift: 1, low: 0.5 }));
    refuses("ConstantNotInteger", /bounds/, () => b.rescale({ source: x, shift: 1, high: NaN }));
  });

  it("refuses parts that do not fit together", () => {
    const { b, x } = started();
    const other = b.gather({ sources: [x], shape: [2], indices: [0, 1] });
    refuses("ShapeMismatch", /broadcast with gather/, () => b.add({ a: x, b: other }));
    refuses("ShapeMismatch", /broadcast with gather/, () => b.product({ a: x, b: other }));
    refuses("ShapeMismatch", /\[M, K\]/, () =>
      b.matMul({ source: other, weights: [1, 1], bias: [0] }),
    );
    refuses("ShapeMismatch", /3 indices/, () =>
      b.gather({ sources: [x], shape: [2], indices: [0, 1, 1] }),
    );
    refuses("ShapeMismatch", /3 multipliers/, () =>
      b.affine({ source: x, multipliers: [1, 2, 3] }),
    );
    refuses("ShapeMismatch", /positive integers/, () =>
      b.input({ name: "z", shape: [0], elementType: "int8" }),
    );
    refuses("IndexOutOfRange", /indices\[1\] is 2/, () =>
      b.gather({ sources: [x], shape: [2], indices: [0, 2] }),
    );
  });

  it("refuses shifts and bounds that mean nothing", () => {
    const { b, x } = started();
    for (const shift of [-1, 52, 1.5]) {
      refuses("ShiftOutOfRange", new RegExp(`shift ${shift}`), () =>
        b.rescale({ source: x, shift }),
      );
    }
    refuses("BoundsReversed", /lower bound 3/, () =>
      b.rescale({ source: x, shift: 1, low: 3, high: 2 }),
    );
  });

  it("refuses a table that does not cover its source, or is too wide to be exact", () => {
    const { b, x } = started("uint8");
    const table = Array.from({ length: 255 }, () => 1);
    refuses("TableTooNarrow", /0…255/, () => b.lookup({ source: x, first: 0, table }));
    refuses("TableTooNarrow", /0…255/, () =>
      b.lookup({ source: x, first: 1, table: [...table, 1] }),
    );
    refuses("RangeTooWide", /256 entries/, () =>
      b.lookup({ source: x, first: 0, table: [...table, 2 ** 45] }),
    );
  });

  it("refuses a divisor that may not be positive", () => {
    const { b, x } = started("uint8");
    refuses("DivisorNotPositive", /may be 0/, () => b.divide({ numerator: x, denominator: x }));
  });

  it("refuses an output that does not fit its type, and a model without one", () => {
    const { b, x } = started();
    refuses("OutputTooWide", /"y".*int16/, () =>
      b.output({ name: "y", value: x, elementType: "int16" }),
    );
    refuses("ModelMalformed", /at least one/, () => b.build());
  });

  it("refuses work out of proportion before doing it", () => {
    const b = new IntegerBuilder();
    refuses("ModelTooLarge", /limit/, () =>
      b.input({ name: "x", shape: [2 ** 13, 2 ** 13], elementType: "int8" }),
    );
    const x = b.input({ name: "x", shape: [2 ** 12, 1], elementType: "int8" });
    const weights = new Float64Array(2 ** 13).fill(1);
    refuses("ModelTooLarge", /limit/, () => b.matMul({ source: x, weights, bias: weights }));
  });
});

describe("interpret", () => {
  it("refuses inputs of the wrong length or out of their type's range", () => {
    const { b, x } = started("uint8");
    b.output({ name: "y", value: x, elementType: "uint8" });
    const model = b.build();
    refuses("PayloadLengthWrong", /"x" has 1/, () => interpret(model, [Float64Array.of(1)]));
    refuses("PayloadLengthWrong", /"x" has 0/, () => interpret(model, []));
    for (const wrong of [256, -1, 0.5, NaN]) {
      refuses("PayloadValueOutOfRange", /element 1/, () =>
        interpret(model, [Float64Array.of(1, wrong)]),
      );
    }
  });
});
