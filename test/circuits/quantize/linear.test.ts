import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { emitNarrow, emitWide } from "../../../circuits/compiler/quantize/emit.ts";
import { formatOf, widen } from "../../../circuits/compiler/quantize/format.ts";
import {
  fromConstant,
  fromFixed,
  fromSum,
  moveLinear,
  scaleLinear,
  type Fixed,
  type Linear,
} from "../../../circuits/compiler/quantize/linear.ts";

const FRACTION = 8;

/** A builder with an input of int16 at 8 fraction bits. */
function setting(size: number): { builder: IntegerBuilder; x: Linear } {
  const builder = new IntegerBuilder();
  const value = builder.input({ name: "x", shape: [1, size], elementType: "int16" });
  return { builder, x: fromFixed({ value, fractionBits: FRACTION }) };
}

function run(builder: IntegerBuilder, { value, fractionBits }: Fixed, x: number[]): number[] {
  const { low, high } = { low: Math.min(...value.low), high: Math.max(...value.high) };
  assert.ok(high - low < 2 ** 52);
  const bounded = builder.rescale({ source: value, shift: 0, low: -(2 ** 31), high: 2 ** 31 - 1 });
  builder.output({ name: "y", value: bounded, elementType: "int32" });
  const integers = Float64Array.from(x, (each) => Math.round(each * 2 ** FRACTION));
  const [output] = interpret(builder.build(), [integers]);
  return [...(output ?? [])].map((each) => each * 2 ** -fractionBits);
}

describe("linear forms", () => {
  it("moves, scales and shifts without an operation", () => {
    const { builder, x } = setting(3);
    const moved = moveLinear({ sources: [x], shape: [4], indices: [2, -1, 0, 2], fill: 0.5 });
    const scaled = scaleLinear(moved, [1, 2, 3, 4], [0, 1, 0, -1]);
    const fixed = emitWide({ builder, linear: scaled, label: "test", precision: 10 });
    assert.deepEqual(run(builder, fixed, [1, 2, 3]), [3, 2, 3, 11]);
  });

  it("joins several sources, also one that occurs twice", () => {
    const { builder, x } = setting(2);
    const other = fromConstant(Float64Array.of(7), [1]);
    const joined = moveLinear({
      sources: [x, other, scaleLinear(x, -1)],
      shape: [5],
      indices: [4, 3, 2, 1, 0],
    });
    const fixed = emitWide({ builder, linear: joined, label: "test", precision: 10 });
    assert.deepEqual(run(builder, fixed, [1.5, -2]), [2, -1.5, 7, -2, 1.5]);
  });

  it("folds scales of a deferred product into its weights", () => {
    const { builder, x } = setting(2);
    const source = x.cores[0]?.kind === "integers" ? x.cores[0].value : undefined;
    assert.ok(source !== undefined);
    const unit = 2 ** -FRACTION;
    const weights = Float64Array.of(0.5 * unit, 1 * unit, -0.25 * unit, 2 * unit);
    const sum = fromSum({ kind: "sum", source, weights, bias: Float64Array.of(1, 0) }, [1, 2]);
    const scaled = scaleLinear(sum, [2, 0.5], [0, 3]);
    const fixed = emitWide({ builder, linear: scaled, label: "test", precision: 10 });
    assert.deepEqual(run(builder, fixed, [4, 8]), [2, 13]);
    assert.deepEqual(
      builder.build().operations.map(({ kind }) => kind),
      ["input", "matMul", "rescale"],
    );
  });

  it("rounds a shared element once", () => {
    const { builder, x } = setting(1);
    const spread = moveLinear({ sources: [x], shape: [3], indices: [0, 0, 0] });
    const format = { fractionBits: 4, low: -100, high: 100 };
    const fixed = emitNarrow({ builder, linear: spread, label: "test", format });
    const rescale = builder.append({
      kind: "gather",
      sources: [fixed.value.id],
      shape: [3],
      indices: Float64Array.of(0, 1, 2),
      label: "",
    });
    assert.equal(rescale.low.length, 3);
    assert.deepEqual(run(builder, fixed, [1.03125]), [1.0625, 1.0625, 1.0625]);
  });

  it("saturates to the format", () => {
    const { builder, x } = setting(2);
    const format = { fractionBits: 4, low: -8, high: 7 };
    const fixed = emitNarrow({ builder, linear: x, label: "test", format });
    assert.deepEqual(run(builder, fixed, [100, -100]), [7 / 16, -0.5]);
  });

  it("keeps exact numbers at the fraction bits they have", () => {
    const { builder, x } = setting(2);
    const whole = scaleLinear(x, 2 ** FRACTION);
    const format = { fractionBits: 12, low: -(2 ** 40), high: 2 ** 40 };
    assert.equal(emitNarrow({ builder, linear: whole, label: "test", format }).fractionBits, 0);
  });

  it("stays within half a step of the real result, whatever the scale", () => {
    const real = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(real, real, fc.integer({ min: 2, max: 12 }), (factor, offset, bits) => {
        const { builder, x } = setting(1);
        const linear = scaleLinear(x, factor, offset);
        const format = { fractionBits: bits, low: -(2 ** 30), high: 2 ** 30 };
        const fixed = emitNarrow({ builder, linear, label: "test", format });
        const [y = NaN] = run(builder, fixed, [3.5]);
        assert.ok(Math.abs(y - (3.5 * factor + offset)) <= 1.1 * 2 ** -bits);
      }),
    );
  });
});

describe("formatOf", () => {
  it("gives the largest magnitude the bits asked for", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.integer({ min: 4, max: 20 }),
        (magnitude, bits) => {
          const { fractionBits, low, high } = formatOf({ low: -magnitude, high: magnitude }, bits);
          const steps = magnitude * 2 ** fractionBits;
          assert.ok(steps <= high && steps >= -low / 4, `${steps} of ${high}`);
          assert.equal(high, 2 ** bits - 1);
        },
      ),
    );
  });

  it("takes −1…1 where nothing is known, and no sign where nothing is negative", () => {
    assert.equal(formatOf({ low: 0, high: 0 }, 8).low, -256);
    assert.equal(formatOf({ low: 0, high: 3 }, 8).low, 0);
  });
});

describe("widen", () => {
  it("adds the margin's share of the magnitude on both sides", () => {
    assert.deepEqual(widen({ low: -1, high: 2 }, 1.5), { low: -2, high: 3 });
    assert.deepEqual(widen({ low: -1, high: 2 }, 1), { low: -1, high: 2 });
  });
});
