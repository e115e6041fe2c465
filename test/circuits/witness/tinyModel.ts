import { elementRange, type ElementType } from "../../../circuits/compiler/integer/elementType.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel, Value } from "../../../circuits/compiler/integer/integerModel.ts";
import { type Choices, choices } from "../integer/randomModel.ts";

const INPUTS = ["uint8", "int8", "uint8", "int8", "int16", "uint16", "int64", "uint64"] as const;
const OUTPUTS = ["int8", "uint8", "int16", "int32", "int64"] as const;

interface Maker {
  readonly builder: IntegerBuilder;
  readonly random: Choices;
  readonly pool: readonly Value[];
}

/** A model of one-element values whose bounds, offsets and tables sit at the edges of their intervals. */
export function tinyModel(seed: number): IntegerModel {
  const random = choices(seed);
  const builder = new IntegerBuilder();
  const pool: Value[] = ["x", "z"].map((name) => {
    const value = builder.input({ name, shape: [1], elementType: random.pick(INPUTS) });
    return widthOf(value) < 2 ** 16 ? value : small({ builder, random, pool: [] }, value, 2 ** 8);
  });
  for (let step = random.integer(1, 4); step > 0; step--) {
    pool.push(operation({ builder, random, pool }));
  }
  const results = [pool.at(-1), random.pick(pool)].filter((value) => value !== undefined);
  results.forEach((value, i) => {
    builder.output({ name: `y${i}`, ...fitted(builder, value, random.pick(OUTPUTS)) });
  });
  return builder.build();
}

/** Saturates only what does not fit, so that outputs of every origin are encoded. */
function fitted(
  builder: IntegerBuilder,
  source: Value,
  elementType: ElementType,
): { readonly value: Value; readonly elementType: ElementType } {
  const { low, high } = elementRange(elementType);
  const isInside = lowOf(source) >= low && highOf(source) <= high;
  const value = isInside ? source : builder.rescale({ source, shift: 0, low, high });
  return { value, elementType };
}

function operation(maker: Maker): Value {
  const { builder, random, pool } = maker;
  const source = small(maker, random.pick(pool), 2 ** 9);
  switch (random.integer(0, 9)) {
    case 0:
      return builder.affine({
        source,
        multipliers: random.pick([-3, -1, 1, 2, 5]),
        offsets: random.pick([0, 1, -1, -lowOf(source), -highOf(source), -highOf(source) - 1, 7]),
      });
    case 1:
      return builder.add({ a: source, b: small(maker, random.pick(pool), 2 ** 16) });
    case 2:
      return builder.product({
        a: source,
        b: random.pick([source, small(maker, random.pick(pool), 16)]),
      });
    case 3:
      return builder.isNegative({ source });
    case 4:
      return builder.isZero({ source });
    case 5:
      return lookup(maker, small(maker, source, 2 ** random.integer(0, 6)));
    case 6:
      return divide(maker, source);
    default:
      return rescale(maker, random.pick([source, random.pick(pool)]));
  }
}

function rescale({ builder, random }: Maker, source: Value): Value {
  const shift = random.integer(0, 10);
  const rounded = (value: number): number =>
    Math.floor((value + (shift === 0 ? 0 : 2 ** (shift - 1))) / 2 ** shift);
  const [from, to] = [rounded(lowOf(source)), rounded(highOf(source))];
  const power = 2 ** random.integer(0, 8);
  const edges = [from - 1, from, from + 1, to - 1, to, to + 1, 0, 1, -1, power, power - 1, -power];
  const [a, b] = [random.pick(edges), random.pick([...edges, random.integer(from, to)])];
  const low = random.pick([-Infinity, Math.min(a, b)]);
  const high = random.pick([Infinity, Math.max(a, b), low === -Infinity ? b : -low - 1]);
  return builder.rescale({ source, shift, low: Math.min(low, high), high });
}

function lookup({ builder, random }: Maker, source: Value): Value {
  const before = random.integer(0, 3);
  const count = widthOf(source) + 1 + before + random.integer(0, 3);
  const slope = random.integer(-2, 2);
  const entry = random.pick([
    () => random.integer(-50, 50),
    (i: number) => slope * i,
    (i: number) => (i === 3 ? 1 : 0),
    (i: number) => i % 2,
  ]);
  const table = Array.from({ length: count }, (_, i) => entry(i));
  return builder.lookup({ source, first: lowOf(source) - before, table });
}

function divide(maker: Maker, numerator: Value): Value {
  const { builder, random, pool } = maker;
  const denominator = random.pick([
    builder.constant({ shape: [1], values: [random.pick([1, 2, 3, 8, 13])] }),
    builder.rescale({
      source: random.pick(pool),
      shift: random.integer(0, 6),
      low: random.pick([1, 2, 7]),
      high: random.pick([7, 8, 9, 20]),
    }),
  ]);
  return builder.divide({ numerator, denominator });
}

/** The value in an interval of at most `width` steps near zero, clamped at its own end or elsewhere. */
function small({ builder, random }: Maker, source: Value, width: number): Value {
  const ends = [lowOf(source) + 1, highOf(source) - width];
  const low = random.pick([...ends, -1, -Math.floor(width / 2)]);
  const narrow =
    widthOf(source) <= width
      ? source
      : builder.rescale({ source, shift: 0, low, high: low + width });
  const isNear = Math.abs(lowOf(narrow)) < 2 ** 20;
  return isNear ? narrow : builder.affine({ source: narrow, offsets: -lowOf(narrow) });
}

function lowOf(value: Value): number {
  return value.low[0] ?? 0;
}

function highOf(value: Value): number {
  return value.high[0] ?? 0;
}

function widthOf(value: Value): number {
  return highOf(value) - lowOf(value);
}
