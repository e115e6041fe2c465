import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { ElementType } from "../../../circuits/compiler/integer/elementType.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { Value } from "../../../circuits/compiler/integer/integerModel.ts";
import { interpret, interpretAll } from "../../../circuits/compiler/integer/interpret.ts";
import { choices, payloads, randomModel } from "./randomModel.ts";
import { decodeInputs } from "../../../circuits/compiler/integer/payload.ts";

/** Runs one operation on elements of int32 inputs. */
function runOn(
  inputs: readonly (readonly number[])[],
  make: (builder: IntegerBuilder, sources: readonly Value[]) => Value,
  elementType: ElementType = "int32",
): number[] {
  const builder = new IntegerBuilder();
  const sources = inputs.map((elements, i) =>
    builder.input({ name: `x${i}`, shape: [1, elements.length], elementType }),
  );
  builder.output({ name: "y", value: make(builder, sources), elementType: "int64" });
  const [output = new Float64Array()] = interpret(
    builder.build(),
    inputs.map((elements) => Float64Array.from(elements)),
  );
  return Array.from(output);
}

const only = (sources: readonly Value[]): Value => sources[0] as Value;
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const elements = fc.array(int32, { minLength: 1, maxLength: 8 });

/** floor(a / b) on exact integers, b > 0. */
function floorOf(a: bigint, b: bigint): bigint {
  return (a - (((a % b) + b) % b)) / b;
}

describe("rescale", () => {
  it("rounds half up", () => {
    const rounded = runOn([[-3, -2, -1, 0, 1, 2, 3, 5]], (b, sources) =>
      b.rescale({ source: only(sources), shift: 1 }),
    );
    assert.deepEqual(rounded, [-1, -1, 0, 0, 1, 1, 2, 3]);
  });

  it("is exact arithmetic for every shift and bound", () => {
    const bound = fc.integer({ min: -5000, max: 5000 });
    fc.assert(
      fc.property(elements, fc.integer({ min: 0, max: 40 }), bound, bound, (x, shift, p, q) => {
        const [low, high] = [Math.min(p, q), Math.max(p, q)];
        const half = shift === 0 ? 0n : 2n ** BigInt(shift - 1);
        const expected = x.map((value) => {
          const rounded = Number(floorOf(BigInt(value) + half, 2n ** BigInt(shift)));
          return Math.min(Math.max(rounded, low), high);
        });
        const rescaled = runOn([x], (b, sources) =>
          b.rescale({ source: only(sources), shift, low, high }),
        );
        assert.deepEqual(rescaled, expected);
      }),
    );
  });
});

describe("divide", () => {
  it("rounds towards minus infinity, exactly up to 2^51", () => {
    const wide = fc.integer({ min: -(2 ** 51), max: 2 ** 51 - 1 });
    fc.assert(
      fc.property(wide, fc.integer({ min: 1, max: 2 ** 51 - 1 }), (n, d) => {
        const [quotient] = runOn(
          [[n], [d]],
          (b, [x, z]) =>
            b.divide({
              numerator: x as Value,
              denominator: b.rescale({ source: z as Value, shift: 0, low: 1 }),
            }),
          "int64",
        );
        assert.equal(quotient, Number(floorOf(BigInt(n), BigInt(d))));
      }),
    );
  });
});

describe("linear primitives", () => {
  it("are exact arithmetic", () => {
    const small = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(elements, small, small, (x, multiplier, offset) => {
        const scaled = runOn([x], (b, sources) =>
          b.affine({ source: only(sources), multipliers: multiplier, offsets: offset }),
        );
        assert.deepEqual(
          scaled,
          x.map((value) => value * multiplier + offset + 0),
        );
        const weights = x.flatMap((_, k) => [multiplier - k, offset + k]);
        const products = runOn([x], (b, sources) =>
          b.matMul({ source: only(sources), weights, bias: [7, -7] }),
        );
        const column = (n: number, bias: number): number =>
          x.reduce((sum, value, k) => sum + value * (weights[2 * k + n] as number), bias);
        assert.deepEqual(products, [column(0, 7), column(1, -7)]);
      }),
    );
  });
});

describe("sign, zero, table and movement", () => {
  it("follow their definition", () => {
    const x = [-2, -1, 0, 1, 2];
    assert.deepEqual(
      runOn([x], (b, sources) => b.isNegative({ source: only(sources) })),
      [1, 1, 0, 0, 0],
    );
    assert.deepEqual(
      runOn([x], (b, sources) => b.isZero({ source: only(sources) })),
      [0, 0, 1, 0, 0],
    );
    const lookedUp = runOn([x], (b, sources) =>
      b.lookup({
        source: b.rescale({ source: only(sources), shift: 0, low: -1, high: 1 }),
        first: -3,
        table: [9, 8, 70, 60, 50, 4],
      }),
    );
    assert.deepEqual(lookedUp, [70, 70, 60, 50, 50]);
    const moved = runOn([x, [7]], (b, sources) =>
      b.gather({ sources, shape: [2, 2], indices: [5, 0, 4, 0] }),
    );
    assert.deepEqual(moved, [7, -2, 2, -2]);
  });
});

describe("intervals", () => {
  it("hold every value that any input produces", () => {
    for (let seed = 0; seed < 150; seed++) {
      const model = randomModel(seed);
      for (const input of payloads(model, choices(seed), 5)) {
        interpretAll(model, decodeInputs(model, input)).forEach((computed, id) => {
          const { low, high, label } = model.values[id] as Value;
          const isInside = computed.every(
            (value, i) => value >= (low[i] as number) && value <= (high[i] as number),
          );
          assert.equal(isInside, true, `seed ${seed}, value ${id} ${label}`);
        });
      }
    }
  });
});
