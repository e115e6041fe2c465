import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import type { Tensor } from "../onnx/tensor.ts";
import { fromFixed, scaleLinear, type Linear } from "../quantize/linear.ts";
import { axisOf, invalidInput, range } from "./movement.ts";
import type { Family, Lowering } from "./operator.ts";
import { groupsOf, reduceAxes } from "./reduction.ts";
import { stridedIndices } from "../graph/broadcast.ts";
import { stridesOf } from "../onnx/tensor.ts";

/**
 * The k largest (or smallest) elements along an axis with their positions, by a sorting network: one
 * comparison per exchange. Positions are the lowest bits of what is sorted, so they come along free
 * and break ties: of equal elements the one with the lower position comes first.
 */
export const topKFamily: Family = {
  TopK: {
    evaluate: (call) => topKTensors(call),
    lower: (call) => topK(call),
  },
};

interface Plan {
  readonly k: number;
  readonly shape: readonly number[];
  /** Elements of the source per row along the axis. */
  readonly groups: readonly (readonly number[])[];
  /** First element of the result of each row, and the step to the next. */
  readonly starts: Int32Array;
  readonly step: number;
  readonly sign: 1 | -1;
}

function planOf(call: Call): Plan {
  const source = call.shape(0);
  const axis = axisOf(call, call.attributes.int("axis", -1), source.length);
  const k = call.has(1) ? (call.constant(1).data[0] ?? 1) : call.attributes.int("k", 1);
  if (k < 1 || k > (source[axis] ?? 1)) throw invalidInput(call, `k ${k} of ${source[axis]}`);
  const shape = source.map((size, at) => (at === axis ? k : size));
  const strides = stridesOf(shape);
  const rest = range(shape.length).filter((at) => at !== axis);
  return {
    k,
    shape,
    groups: groupsOf(reduceAxes({ source, axes: [axis], keepsAxes: true })),
    starts: stridedIndices(
      rest.map((at) => shape[at] ?? 1),
      rest.map((at) => strides[at] ?? 1),
      0,
    ),
    step: strides[axis] ?? 1,
    sign: call.attributes.int("largest", 1) === 1 ? 1 : -1,
  };
}

function topKTensors(call: Call): Tensor[] {
  const { k, shape, groups, starts, step, sign } = planOf(call);
  const source = call.constant(0);
  const values = new Float64Array(groups.length * k);
  const positions = new Float64Array(groups.length * k);
  groups.forEach((group, row) => {
    const order = range(group.length).sort((a, b) => {
      const gap = (source.data[group[b] ?? 0] ?? 0) - (source.data[group[a] ?? 0] ?? 0);
      return gap === 0 ? a - b : sign * gap;
    });
    range(k).forEach((i) => {
      const at = (starts[row] ?? 0) + i * step;
      values[at] = source.data[group[order[i] ?? 0] ?? 0] ?? 0;
      positions[at] = order[i] ?? 0;
    });
  });
  return [
    { elementType: source.elementType, shape, data: values },
    { elementType: "int64", shape, data: positions },
  ];
}

/** More bits than activations have, since near ties decide the order. */
const COMPARE_GUARD = 4;

function topK(call: Lowering): Linear[] {
  const { builder, name: label } = call;
  const { k, shape, groups, starts, step, sign } = planOf(call);
  const source = call.input(0);
  const precision = call.formatOf(source, call.activationBits + COMPARE_GUARD).fractionBits;
  const linear = scaleLinear(source.linear, sign);
  const { value, fractionBits } = call.wide({ ...source, linear }, precision);
  const length = groups[0]?.length ?? 1;
  const bits = Math.ceil(Math.log2(Math.max(2, length)));
  const columns = range(length).map((i): Value => {
    const indices = groups.map((group) => group[i] ?? 0);
    const picked = builder.gather({ sources: [value], shape: [groups.length], indices, label });
    const offsets = 2 ** bits - 1 - i;
    return builder.affine({ source: picked, multipliers: 2 ** bits, offsets, label });
  });
  const sorted = sortDescending(call, columns).slice(0, k);
  const keys = builder.gather({
    sources: sorted,
    shape,
    indices: placed({ k, rows: groups.length, starts, step }),
    label,
  });
  // The key over 2^bits, rounded down, is the value; the rest says the position.
  const lowered = builder.affine({ source: keys, offsets: -(2 ** (bits - 1)), label });
  const values = builder.rescale({ source: lowered, shift: bits, label });
  const rest = builder.add({
    a: builder.affine({ source: values, multipliers: 2 ** bits, label }),
    b: builder.affine({ source: keys, multipliers: -1, offsets: 2 ** bits - 1, label }),
    label,
  });
  return [
    scaleLinear(fromFixed({ value: values, fractionBits }), sign),
    fromFixed({ value: rest, fractionBits: 0 }),
  ];
}

/** For each element of the result, its place in the sorted columns, one after the other. */
function placed({
  k,
  rows,
  starts,
  step,
}: {
  readonly k: number;
  readonly rows: number;
  readonly starts: Int32Array;
  readonly step: number;
}): Int32Array {
  const indices = new Int32Array(k * rows);
  for (let i = 0; i < k; i++) {
    for (let row = 0; row < rows; row++) indices[(starts[row] ?? 0) + i * step] = i * rows + row;
  }
  return indices;
}

/** Batcher's odd-even merge sort; an exchange makes max by one comparison and min by subtraction. */
function sortDescending(call: Lowering, columns: readonly Value[]): Value[] {
  const { builder, name: label } = call;
  const line = [...columns];
  const exchange = (i: number, j: number): void => {
    const [a, b] = [line[i], line[j]];
    if (a === undefined || b === undefined) return;
    const minus = builder.affine({ source: a, multipliers: -1, label });
    const gap = builder.add({ a: b, b: minus, label });
    const rise = builder.rescale({ source: gap, shift: 0, low: 0, label });
    const fall = builder.affine({ source: rise, multipliers: -1, label });
    line[i] = builder.add({ a, b: rise, label });
    line[j] = builder.add({ a: b, b: fall, label });
  };
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, line.length)));
  for (let p = 1; p < size; p *= 2) {
    for (let gap = p; gap >= 1; gap /= 2) {
      for (let j = gap % p; j + gap < size; j += 2 * gap) {
        for (let i = 0; i < gap; i++) {
          const isSameBlock = Math.floor((i + j) / (2 * p)) === Math.floor((i + j + gap) / (2 * p));
          if (isSameBlock) exchange(i + j, i + j + gap);
        }
      }
    }
  }
  return line;
}
