import { ELEMENT_TYPES, elementRange } from "../../../circuits/compiler/integer/elementType.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel, Value } from "../../../circuits/compiler/integer/integerModel.ts";
import { elementCount } from "../../../circuits/compiler/integer/integerModel.ts";
import { payloadLength } from "../../../circuits/compiler/integer/payload.ts";

/** Repeatable choices: mulberry32 over a seed. */
export interface Choices {
  /** An integer in low … high. */
  integer(low: number, high: number): number;
  pick<T>(options: readonly T[]): T;
  bytes(length: number): Uint8Array;
}

export function choices(seed: number): Choices {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (low: number, high: number): number =>
    low + Math.floor(next() * (high - low + 1));
  return {
    integer,
    pick: <T>(options: readonly T[]): T => options[integer(0, options.length - 1)] as T,
    bytes: (length) => Uint8Array.from({ length }, () => integer(0, 255)),
  };
}

/** A model of random operations over all primitives, always with legal intervals. */
export function randomModel(seed: number): IntegerModel {
  const random = choices(seed);
  const builder = new IntegerBuilder();
  const shape = [random.integer(1, 4), random.integer(1, 5)];
  const pool: Value[] = [
    builder.input({ name: "x", shape, elementType: random.pick(ELEMENT_TYPES) }),
    builder.input({ name: "z", shape, elementType: random.pick(ELEMENT_TYPES) }),
  ];
  const steps = random.integer(3, 8);
  for (let step = 0; step < steps; step++) {
    const narrow = pool.map((value) => narrowed(builder, random, value, 20));
    pool.push(randomOperation({ builder, random, narrow, label: `step ${step}` }));
  }
  const outputs = [pool.at(-1), random.pick(pool)].filter((value) => value !== undefined);
  outputs.forEach((value, i) => {
    const elementType = random.pick(ELEMENT_TYPES);
    const { low, high } = elementRange(elementType);
    const saturated = builder.rescale({ source: value, shift: random.integer(0, 6), low, high });
    builder.output({ name: `y${i}`, value: saturated, elementType });
  });
  return builder.build();
}

/** Payloads at the edges of every type, then random ones. */
export function payloads(model: IntegerModel, random: Choices, count: number): Uint8Array[] {
  const length = payloadLength(model.inputs);
  const edges = [0x00, 0xff, 0x80, 0x7f, 0x01].map((byte) => new Uint8Array(length).fill(byte));
  return [...edges, ...Array.from({ length: count }, () => random.bytes(length))];
}

function magnitudeOf(value: Value): number {
  return Math.max(...value.low.map(Math.abs), ...value.high.map(Math.abs));
}

function narrowed(builder: IntegerBuilder, random: Choices, value: Value, bits: number): Value {
  if (magnitudeOf(value) < 2 ** bits) return value;
  const excess = Math.ceil(Math.log2(magnitudeOf(value) + 1)) - bits;
  return builder.rescale({
    source: value,
    shift: Math.min(51, excess + random.integer(0, 3)),
    low: -(2 ** bits),
    high: 2 ** bits - 1,
  });
}

function randomOperation(parameters: {
  readonly builder: IntegerBuilder;
  readonly random: Choices;
  readonly narrow: readonly Value[];
  readonly label: string;
}): Value {
  const { builder, random, narrow, label } = parameters;
  const source = random.pick(narrow);
  const count = source.low.length;
  const partner = random.pick(narrow.filter((value) => value.low.length === count));
  const b = builder.gather({
    sources: [partner],
    shape: source.shape,
    indices: Array.from({ length: count }, (_, i) => i),
  });
  const integers = (length: number, limit: number): number[] =>
    Array.from({ length }, () => random.integer(-limit, limit));

  switch (random.integer(0, 10)) {
    case 0:
      return builder.affine({
        source,
        multipliers: integers(count, 9),
        offsets: integers(count, 500),
        label,
      });
    case 1:
      return builder.add({ a: source, b, label });
    case 2:
      return builder.gather({
        sources: [source, partner],
        shape: [2, 3],
        indices: Array.from({ length: 6 }, () => random.integer(0, 2 * count - 1)),
        label,
      });
    case 3: {
      const [rows = 1] = source.shape;
      const depth = count / rows;
      const columns = random.integer(1, 4);
      const weights = integers(depth * columns, 90);
      return builder.matMul({ source, weights, bias: integers(columns, 3000), label });
    }
    case 4:
      return builder.product({ a: source, b: random.pick([b, source]), label });
    case 5:
      return builder.isNegative({ source, label });
    case 6:
      return builder.isZero({ source, label });
    case 7: {
      const bounded = builder.rescale({ source, shift: 12, low: -20, high: random.integer(0, 70) });
      const table = integers(91, 10_000);
      return builder.lookup({ source: bounded, first: -20, table, label });
    }
    case 8: {
      const denominator = builder.rescale({ source: b, shift: 10, low: 1, high: 600 });
      return builder.divide({ numerator: source, denominator, label });
    }
    default:
      return randomRescale({ builder, random, source, label });
  }
}

function randomRescale(parameters: {
  readonly builder: IntegerBuilder;
  readonly random: Choices;
  readonly source: Value;
  readonly label: string;
}): Value {
  const { builder, random, source, label } = parameters;
  const count = elementCount(source.shape);
  const low = random.pick([-Infinity, 0, -128, -1000, 3, -7]);
  const high = random.pick([Infinity, 127, 255, 6 * 2 ** random.integer(0, 8), 1000, 3]);
  const shift = Array.from({ length: count }, () => random.integer(0, 12));
  return builder.rescale({ source, shift, low, high, label });
}
