import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel, Value } from "../../../circuits/compiler/integer/integerModel.ts";

const TABLE = Array.from({ length: 200 }, (_, i) => (i * i * 31) % 977);

/** One model per primitive and way of clamping, each on `count` int16 and `count` int8 elements. */
export function primitiveModels(count: number): Readonly<Record<string, IntegerModel>> {
  const modelOf = (make: (b: IntegerBuilder, x: Value, z: Value) => Value): IntegerModel => {
    const builder = new IntegerBuilder();
    const x = builder.input({ name: "x", shape: [count], elementType: "int16" });
    const z = builder.input({ name: "z", shape: [count], elementType: "int8" });
    builder.output({ name: "y", value: make(builder, x, z), elementType: "int64" });
    return builder.build();
  };
  const indices = Array.from({ length: count }, (_, i) => i);
  return {
    "rounding rescale": modelOf((b, source) => b.rescale({ source, shift: 5 })),
    "rescale past every bit": modelOf((b, source) => b.rescale({ source, shift: 20 })),
    relu: modelOf((b, source) => b.rescale({ source, shift: 4, low: 0 })),
    "relu with a cap": modelOf((b, source) => b.rescale({ source, shift: 4, low: 0, high: 255 })),
    "relu with cap 6": modelOf((b, source) => b.rescale({ source, shift: 4, low: 0, high: 1536 })),
    "saturation to int8": modelOf((b, source) =>
      b.rescale({ source, shift: 3, low: -128, high: 127 }),
    ),
    "clamp to odd bounds": modelOf((b, source) =>
      b.rescale({ source, shift: 2, low: -77, high: 1001 }),
    ),
    "lower bound above zero": modelOf((b, source) => b.rescale({ source, shift: 2, low: 77 })),
    "upper bound": modelOf((b, source) => b.rescale({ source, shift: 1, high: 96 })),
    "upper bound below zero": modelOf((b, source) => b.rescale({ source, shift: 1, high: -9 })),
    product: modelOf((b, x, z) => b.product({ a: x, b: z })),
    square: modelOf((b, x) => b.product({ a: x, b: x })),
    "is negative": modelOf((b, source) => b.isNegative({ source })),
    "is zero": modelOf((b, source) => b.isZero({ source })),
    lookup: modelOf((b, x) =>
      b.lookup({
        source: b.rescale({ source: x, shift: 2, low: -100, high: 99 }),
        first: -100,
        table: TABLE,
      }),
    ),
    "lookup of a rounded value": modelOf((b, x) =>
      b.lookup({ source: b.rescale({ source: x, shift: 9 }), first: -100, table: TABLE }),
    ),
    "lookup of an input": modelOf((b, _x, z) =>
      b.lookup({ source: z, first: -128, table: [...TABLE, ...TABLE] }),
    ),
    "matrix product": modelOf((b, x) =>
      b.matMul({
        source: b.gather({ sources: [x], shape: [1, count], indices }),
        weights: indices.flatMap((i) => [i - 5, 7 * i + 1]),
        bias: [4, -4],
      }),
    ),
    division: modelOf((b, x, z) =>
      b.divide({ numerator: x, denominator: b.rescale({ source: z, shift: 0, low: 1 }) }),
    ),
  };
}
