import {
  IntegerBuilder,
  type PerElement,
} from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel, Value } from "../../../circuits/compiler/integer/integerModel.ts";
import { elementCount } from "../../../circuits/compiler/integer/integerModel.ts";

/** A small generator of integers that a seed repeats (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** An integer in low … high, both included. */
  between(low: number, high: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return low + Math.floor(fraction * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.between(0, choices.length - 1)];
    if (choice === undefined) throw new RangeError("nothing to pick from");
    return choice;
  }

  list(count: number, low: number, high: number): number[] {
    return Array.from({ length: count }, () => this.between(low, high));
  }
}

/** A model of random operations of every kind; `steps` of them after its two inputs. */
export function randomModel(dice: Dice, steps: number): IntegerModel {
  const builder = new IntegerBuilder();
  const values: Value[] = [
    builder.input({ name: "a", shape: [2, 3], elementType: dice.pick(["int8", "uint8", "int16"]) }),
    builder.input({ name: "b", shape: [2, 3], elementType: dice.pick(["int32", "uint16"]) }),
  ];
  for (let step = 0; step < steps; step += 1) {
    const source = dice.pick(values);
    values.push(narrowed(builder, appendRandom(builder, dice, source)));
  }
  for (const [index, value] of values.slice(-4).entries()) {
    builder.output({ name: `out${index}`, value, elementType: "int64" });
  }
  return builder.build();
}

/** Keeps intervals far from 2^52, however many operations follow. */
function narrowed(builder: IntegerBuilder, source: Value): Value {
  const widest = source.low.reduce(
    (largest, low, i) => Math.max(largest, Math.abs(low), Math.abs(source.high[i] ?? 0)),
    0,
  );
  return widest < 2 ** 24
    ? source
    : builder.rescale({ source, shift: 0, low: -(2 ** 22), high: 2 ** 22 + 3 });
}

function appendRandom(builder: IntegerBuilder, dice: Dice, source: Value): Value {
  const count = elementCount(source.shape);
  const some = (low: number, high: number): PerElement =>
    dice.pick([dice.between(low, high), dice.list(count, low, high)]);
  switch (dice.between(0, 8)) {
    case 0:
      return builder.affine({ source, multipliers: some(-9, 9), offsets: some(-500, 500) });
    case 1:
      return builder.gather({
        sources: [source, source],
        shape: [3, 2],
        indices: dice.list(6, 0, 2 * count - 1),
      });
    case 2:
      return builder.matMul({
        source: builder.gather({
          sources: [source],
          shape: [2, 3],
          indices: dice.list(6, 0, count - 1),
        }),
        weights: dice.list(12, -200, 200),
        bias: dice.list(4, -1000, 1000),
      });
    case 3:
      return builder.add({ a: source, b: builder.affine({ source, multipliers: some(-2, 2) }) });
    case 4: {
      const small = builder.rescale({ source, shift: 6, low: -2000, high: 2000 });
      return builder.product({
        a: small,
        b: builder.affine({ source: small, offsets: some(-9, 9) }),
      });
    }
    case 5:
      return builder.rescale({
        source,
        shift: some(0, 9),
        low: dice.pick([-Infinity, 0, -100]),
        high: dice.pick([Infinity, 127]),
      });
    case 6:
      return dice.pick([builder.isNegative({ source }), builder.isZero({ source })]);
    case 7: {
      const index = builder.rescale({ source, shift: 2, low: -8, high: 7 });
      return builder.lookup({ source: index, first: -8, table: dice.list(16, -3000, 3000) });
    }
    default: {
      const denominator = builder.rescale({ source, shift: 3, low: 1, high: 1000 });
      return builder.divide({ numerator: source, denominator });
    }
  }
}

/** Inputs for a model: random, or with `edges` only ends of the range, zeros, ties and their neighbours. */
export function randomInputs(model: IntegerModel, dice: Dice, edges: boolean): Float64Array[] {
  return model.inputs.map(({ value: id, shape }) => {
    const value = model.values[id];
    return Float64Array.from({ length: elementCount(shape) }, (_, i) => {
      const low = value?.low[i] ?? 0;
      const high = value?.high[i] ?? 0;
      const drawn = edges
        ? dice.pick([low, low + 1, high, high - 1, 0, 1, -1, 32, -32, 4, -4, 96, -96])
        : dice.between(low, high);
      return Math.min(Math.max(drawn, low), high);
    });
  });
}
