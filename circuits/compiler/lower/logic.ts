import { broadcastIndices } from "../graph/broadcast.ts";
import { mapTensor, zipTensors } from "../graph/elementwise.ts";
import type { Value } from "../integer/integerModel.ts";
import { fromFixed, moveLinear, scaleLinear, type Linear } from "../quantize/linear.ts";
import { flag } from "./compare.ts";
import type { Family, Lowering, Operator } from "./operator.ts";
import { spread } from "./spread.ts";
import { addAll } from "./sumOfPrivates.ts";

/** Boolean operators on 0 and 1, and selection by a boolean: one row per element. */
export const logicFamily: Family = {
  And: binary((a, b) => a * b, { a: 0, b: 0, both: 1 }),
  Or: binary((a, b) => a + b - a * b, { a: 1, b: 1, both: -1 }),
  Xor: binary((a, b) => a + b - 2 * a * b, { a: 1, b: 1, both: -2 }),
  Not: {
    evaluate: (call) => [mapTensor(call.constant(0), (x) => 1 - x)],
    lower: (call) => [scaleLinear(call.input(0).linear, -1, 1)],
  },
  Where: {
    evaluate: (call) => [
      zipTensors({
        node: call.name,
        tensors: [call.constant(0), call.constant(1), call.constant(2)],
        f: ([condition = 0, a = 0, b = 0]) => (condition === 0 ? b : a),
        elementType: call.elementType(1),
      }),
    ],
    lower: (call) => [where(call)],
  },
};

/** How a boolean operator is a polynomial of its operands. */
interface Polynomial {
  readonly a: number;
  readonly b: number;
  readonly both: number;
}

function binary(f: (a: number, b: number) => number, polynomial: Polynomial): Operator {
  return {
    evaluate: (call) => [
      zipTensors({
        node: call.name,
        tensors: [call.constant(0), call.constant(1)],
        f: ([a = 0, b = 0]) => f(a, b),
        elementType: "bool",
      }),
    ],
    lower: (call) => {
      const shape = call.outputShape(0);
      const [a, b] = [0, 1].map((i) => grown(call, i));
      if (a === undefined || b === undefined) return [];
      const { builder, name: label } = call;
      const both = builder.product({ a, b, label });
      return [
        addAll(call, [
          { linear: fromFixed({ value: a, fractionBits: 0 }, shape), factor: polynomial.a },
          { linear: fromFixed({ value: b, fractionBits: 0 }, shape), factor: polynomial.b },
          { linear: flag(call, both), factor: polynomial.both },
        ]),
      ];
    },
  };
}

function grown(call: Lowering, index: number): Value {
  const { value } = call.wide(call.input(index));
  const shape = call.outputShape(0);
  const indices = broadcastIndices(value.shape, shape);
  return call.builder.gather({ sources: [value], shape, indices, label: call.name });
}

/** condition ? a : b = b + condition · (a − b); a constant condition only moves data. */
function where(call: Lowering): Linear {
  const shape = call.outputShape(0);
  const [a, b] = [1, 2].map((i) => spread(call.input(i).linear, shape));
  if (a === undefined || b === undefined) throw new RangeError("two branches");
  if (call.isConstant(0)) {
    const condition = call.constant(0);
    const chosen = broadcastIndices(condition.shape, shape).map((from, i) =>
      condition.data[from] === 0 ? i + a.indices.length : i,
    );
    return moveLinear({ sources: [a, b], shape, indices: chosen });
  }
  const { builder, name: label } = call;
  const condition = grown(call, 0);
  const range = call.outputRange(0);
  const elementType = call.outputType(0);
  const format = call.outputFormat(0);
  // Both branches are brought into the result's range first: a mask of −∞ becomes its lower end.
  const branch = (linear: Linear): Linear =>
    fromFixed(call.narrow({ linear: finite(linear, format), elementType, range }));
  const [yes, no] = [branch(a), branch(b)];
  const gap = addAll(call, [
    { linear: yes, factor: 1 },
    { linear: no, factor: -1 },
  ]);
  const fixed = call.wide({ linear: gap, elementType, range });
  const chosen = builder.product({ a: condition, b: fixed.value, label });
  return addAll(call, [
    { linear: no, factor: 1 },
    { linear: fromFixed({ ...fixed, value: chosen }, shape), factor: 1 },
  ]);
}

function finite(
  linear: Linear,
  format: { low: number; high: number; fractionBits: number },
): Linear {
  const scale = 2 ** -format.fractionBits;
  const clamp = (value: number): number =>
    value === Infinity ? format.high * scale : value === -Infinity ? format.low * scale : value;
  return { ...linear, offsets: linear.offsets.map(clamp) };
}
