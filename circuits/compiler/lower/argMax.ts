import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import type { Tensor } from "../onnx/tensor.ts";
import { fromFixed, scaleLinear, type Linear } from "../quantize/linear.ts";
import { axisOf } from "./movement.ts";
import type { Family, Lowering, Operator } from "./operator.ts";
import { groupsOf, reduceAxes, type Reduction } from "./reduction.ts";

/** The position of the largest or smallest element: compare and select, carrying the index. */
export const argMaxFamily: Family = {
  ArgMax: argument(1),
  ArgMin: argument(-1),
};

function argument(sign: 1 | -1): Operator {
  return {
    evaluate: (call) => [argumentTensor(call, sign)],
    lower: (call) => [argumentOf(call, sign)],
  };
}

function axisReduction(call: Call): Reduction {
  const source = call.shape(0);
  return reduceAxes({
    source,
    axes: [axisOf(call, call.attributes.int("axis", 0), source.length)],
    keepsAxes: call.attributes.int("keepdims", 1) === 1,
  });
}

/** Of equal elements the first wins, or the last with select_last_index. */
function takesLast(call: Call): boolean {
  return call.attributes.int("select_last_index", 0) === 1;
}

function argumentTensor(call: Call, sign: 1 | -1): Tensor {
  const source = call.constant(0).data;
  const reduction = axisReduction(call);
  const isLast = takesLast(call);
  const data = Float64Array.from(groupsOf(reduction), (group) => {
    let best = 0;
    group.forEach((element, i) => {
      const gap = sign * ((source[element] ?? 0) - (source[group[best] ?? 0] ?? 0));
      if (gap > 0 || (gap === 0 && isLast)) best = i;
    });
    return best;
  });
  return { elementType: "int64", shape: reduction.shape, data };
}

/** More bits than activations have, since near ties decide. */
const COMPARE_GUARD = 4;

function argumentOf(call: Lowering, sign: 1 | -1): Linear {
  const reduction = axisReduction(call);
  const source = call.input(0);
  const bits = call.activationBits + COMPARE_GUARD;
  const { value } = call.wide(
    { ...source, linear: scaleLinear(source.linear, sign) },
    call.formatOf(source, bits).fractionBits,
  );
  const groups = groupsOf(reduction);
  const depth = reduction.depth;
  let field = Array.from({ length: depth }, (_, k) => column(call, value, groups, k));
  while (field.length > 1) {
    const next: Candidate[] = [];
    for (let i = 0; i < field.length; i += 2) {
      const [a, b] = [field[i], field[i + 1]];
      if (a === undefined) continue;
      next.push(b === undefined ? a : better(call, a, b));
    }
    field = next;
  }
  const winner = field[0]?.index;
  if (winner === undefined) throw new RangeError("ArgMax of nothing");
  return fromFixed({ value: winner, fractionBits: 0 }, reduction.shape);
}

/** One element of every row, with its position along the axis. */
interface Candidate {
  readonly value: Value;
  readonly index: Value;
}

function column(
  call: Lowering,
  value: Value,
  groups: readonly (readonly number[])[],
  k: number,
): Candidate {
  const { builder, name: label } = call;
  const shape = [groups.length];
  return {
    value: builder.gather({
      sources: [value],
      shape,
      indices: groups.map((g) => g[k] ?? 0),
      label,
    }),
    index: builder.constant({ shape, values: new Float64Array(groups.length).fill(k), label }),
  };
}

/** a comes before b along the axis. b wins if it is larger, or equal and the last is wanted. */
function better(call: Lowering, a: Candidate, b: Candidate): Candidate {
  const { builder, name: label } = call;
  const minus = (x: Value, y: Value): Value =>
    builder.add({ a: x, b: builder.affine({ source: y, multipliers: -1, label }), label });
  const rise = minus(b.value, a.value);
  const gap = builder.affine({
    source: rise,
    multipliers: -1,
    offsets: takesLast(call) ? -1 : 0,
    label,
  });
  const isLater = builder.isNegative({ source: gap, label });
  const moved = (from: Value, by: Value): Value =>
    builder.add({ a: from, b: builder.product({ a: isLater, b: by, label }), label });
  return { value: moved(a.value, rise), index: moved(a.index, minus(b.index, a.index)) };
}
