import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import type { Tensor } from "../onnx/tensor.ts";
import { rescaleTo } from "../quantize/emit.ts";
import { fromFixed, moveLinear, type Fixed, type Linear } from "../quantize/linear.ts";
import { axisOf, range } from "./movement.ts";
import type { Family, Lowering } from "./operator.ts";
import { groupsOf, reduceAxes } from "./reduction.ts";
import { maximumOf } from "./tournament.ts";
import { gatherOrZero } from "./weightedSum.ts";

/** Softmax along one axis. */
export const softmaxFamily: Family = {
  Softmax: {
    evaluate: (call) => [softmaxTensor(call)],
    lower: (call) => [softmax(call)],
  },
};

/** Rows that are normalised together; before opset 13 all axes from `axis` on are one row. */
function softmaxRows(call: Call): number[][] {
  const source = call.shape(0);
  const isOld = call.opset < 13;
  const axis = axisOf(call, call.attributes.int("axis", isOld ? 1 : -1), source.length);
  const axes = isOld ? range(source.length).slice(axis) : [axis];
  return groupsOf(reduceAxes({ source, axes, keepsAxes: true }));
}

function softmaxTensor(call: Call): Tensor {
  const source = call.constant(0);
  const data = new Float64Array(source.data.length);
  for (const row of softmaxRows(call)) {
    const most = row.reduce((max, i) => Math.max(max, source.data[i] ?? 0), -Infinity);
    const powers = row.map((i) => Math.exp((source.data[i] ?? 0) - most));
    const sum = powers.reduce((total, value) => total + value, 0);
    row.forEach((i, at) => (data[i] = (powers[at] ?? 0) / sum));
  }
  return { ...source, data };
}

/** Fraction bits of exponents, and bits of their integers: they end at 16, e^−16 being nothing. */
const EXPONENT = { fractionBits: 8, bits: 12, lowBits: 6 } as const;
/** Fraction bits of the two tables whose product is exp. */
const POWER = { high: 12, low: 10 } as const;
/** Fraction bits that the shares are right to. */
const SHARE_BITS = 12;
/** Constants so far below everything else mask their element: e^−16 is nothing. */
const MASKED = 16;

/**
 * exp(x − largest) by two tables, divided by its sum: one reciprocal per row, one product per
 * element. The largest element has power 1, so the sum is never below 1. Masked elements cost
 * nothing and get 0.
 */
function softmax(call: Lowering): Linear {
  const source = call.input(0);
  const { linear } = source;
  const { low, fractionBits } = call.formatOf(source);
  // Whatever a request brings saturates at `low`: constants further down get nothing of any row.
  const limit = low * 2 ** -fractionBits - MASKED;
  const isMasked = (i: number): boolean =>
    (linear.indices[i] ?? -1) < 0 && (linear.offsets[i] ?? 0) < limit;
  const rows = softmaxRows(call)
    .map((row) => row.filter((i) => !isMasked(i)))
    .filter((row) => row.length > 0)
    .map((row) => distinct(linear, row));
  const place = new Int32Array(linear.indices.length).fill(-1);
  let start = 0;
  for (const { members, heads } of rows) {
    members.forEach(([element, head]) => (place[element] = start + head));
    start += heads.length;
  }
  const powers = powersOf(
    call,
    rows.map(({ heads }) => heads),
  );
  const shares = normalise(call, powers, rows);
  return moveLinear({ sources: [fromFixed(shares)], shape: call.shape(0), indices: place });
}

/** A row in which equal constants (a mask of −10, say) are computed once. */
interface Row {
  /** Elements to be computed. */
  readonly heads: readonly number[];
  /** Every element of the row with the place of its head. */
  readonly members: readonly (readonly [element: number, head: number])[];
}

function distinct(linear: Linear, row: readonly number[]): Row {
  const known = new Map<number, number>();
  const heads: number[] = [];
  const members = row.map((element): [number, number] => {
    const isConstant = (linear.indices[element] ?? -1) < 0;
    const value = linear.offsets[element] ?? 0;
    const head = isConstant ? known.get(value) : undefined;
    if (head !== undefined) return [element, head];
    if (isConstant) known.set(value, heads.length);
    heads.push(element);
    return [element, heads.length - 1];
  });
  return { heads, members };
}

/** exp(x − largest of the row) for all elements of the rows, one after the other. */
function powersOf(call: Lowering, rows: readonly (readonly number[])[]): Value {
  const { builder, name: label } = call;
  const fixed = exponentsOf(call);
  const largest = bounded(call, maximumOf(call, fixed.value, rows), fixed.value);
  const shape = [rows.reduce((sum, row) => sum + row.length, 0)];
  const of = (from: Value, indices: readonly number[]): Value =>
    builder.gather({ sources: [from], shape, indices, label });
  const gap = builder.add({
    a: of(
      largest,
      rows.flatMap((row, at) => row.map(() => at)),
    ),
    b: builder.affine({ source: of(fixed.value, rows.flat()), multipliers: -1, label }),
    label,
  });
  const multipliers = 2 ** (EXPONENT.fractionBits - fixed.fractionBits);
  return expOfNegative(call, builder.affine({ source: gap, multipliers, label }));
}

/**
 * The tournament's interval grows with its rounds; a largest element is never above the largest
 * possible one. One row's bits less for each of its elements.
 */
function bounded(call: Lowering, largest: Value, source: Value): Value {
  const high = source.high.reduce((most, value) => Math.max(most, value), -Infinity);
  const low = source.low.reduce((least, value) => Math.min(least, value), Infinity);
  if (largest.low.length * 4 > source.low.length) return largest;
  return rescaleTo({
    builder: call.builder,
    value: largest,
    shift: 0,
    low,
    high,
    label: call.name,
  });
}

/** The exponents' step is what makes the relative error of a share, so it does not follow their range. */
function exponentsOf(call: Lowering): Fixed {
  const source = call.input(0);
  const { fractionBits, low, high } = call.formatOf(source);
  const scale = 2 ** (EXPONENT.fractionBits - fractionBits);
  return call.narrowTo(source, {
    fractionBits: EXPONENT.fractionBits,
    low: Math.floor(low * scale),
    high: Math.ceil(high * scale),
  });
}

/**
 * e^−g for integers g ≥ 0 of EXPONENT.fractionBits: e^−(high part) · e^−(low part), each by table.
 * What exceeds EXPONENT.bits counts as the largest: its high part alone is as good as zero.
 */
function expOfNegative(call: Lowering, gap: Value): Value {
  const { builder, name: label } = call;
  const { lowBits, bits, fractionBits } = EXPONENT;
  const step = 2 ** lowBits;
  const high = builder.rescale({
    source: builder.affine({ source: gap, offsets: -step / 2, label }),
    shift: lowBits,
    low: 0,
    high: 2 ** (bits - lowBits) - 1,
    label,
  });
  const rest = builder.add({
    a: gap,
    b: builder.affine({ source: high, multipliers: -step, label }),
    label,
  });
  const low = builder.rescale({ source: rest, shift: 0, low: 0, high: step - 1, label });
  const table = (count: number, unit: number, precision: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) =>
      Math.floor(Math.exp(-i * unit * 2 ** -fractionBits) * 2 ** precision + 0.5),
    );
  return builder.product({
    a: builder.lookup({
      source: high,
      first: 0,
      table: table(2 ** (bits - lowBits), step, POWER.high),
      label,
    }),
    b: builder.lookup({ source: low, first: 0, table: table(step, 1, POWER.low), label }),
    label,
  });
}

/** Each element over the sum of its row. */
function normalise(call: Lowering, powers: Value, rows: readonly Row[]): Fixed {
  const { builder, name: label } = call;
  const width = Math.max(...rows.map(({ members }) => members.length));
  const one = 2 ** (POWER.high + POWER.low);
  const starts: number[] = [];
  rows.reduce((start, { heads }) => (starts.push(start), start + heads.length), 0);
  const elements = Int32Array.from({ length: rows.length * width }, (_, i) => {
    const row = Math.floor(i / width);
    const member = rows[row]?.members[i % width];
    return member === undefined ? -1 : (starts[row] ?? 0) + member[1];
  });
  const sums = builder.matMul({
    source: gatherOrZero(call, [powers], elements, [rows.length, width]),
    weights: new Float64Array(width).fill(1),
    bias: [0],
    label,
  });
  const sum = builder.rescale({ source: sums, shift: 0, low: one, label });
  const fractionBits = POWER.high + POWER.low + SHARE_BITS + Math.ceil(Math.log2(width));
  const numerator = builder.constant({
    shape: sum.shape,
    values: new Float64Array(rows.length).fill(2 ** fractionBits),
    label,
  });
  const reciprocal = builder.divide({ numerator, denominator: sum, label });
  const spread = builder.gather({
    sources: [reciprocal],
    shape: powers.shape,
    indices: rows.flatMap(({ heads }, at) => heads.map(() => at)),
    label,
  });
  return { value: builder.product({ a: powers, b: spread, label }), fractionBits };
}
