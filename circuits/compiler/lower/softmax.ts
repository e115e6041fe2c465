import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import { sizeOf, type Tensor } from "../onnx/tensor.ts";
import { fromFixed, moveLinear, type Fixed, type Linear } from "../quantize/linear.ts";
import { axisOf, range } from "./movement.ts";
import type { Family, Lowering } from "./operator.ts";
import { groupsOf, reduceAxes } from "./reduction.ts";
import { tabulate } from "./table.ts";
import { maximumOf } from "./tournament.ts";

/** Softmax along one axis. */
export const softmaxFamily: Family = {
  Softmax: {
    evaluate: (call) => [softmaxTensor(call)],
    lower: (call) => [softmax(call)],
  },
};

/** Rows that are normalised together; before opset 13 all axes from `axis` on are one row. */
export function softmaxRows(call: Call): number[][] {
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

/** e to the power of less than −SPAN is nothing at 14 fraction bits. */
const SPAN = 10;
const POWER_BITS = 14;

/**
 * exp(x − largest) by table, divided by its sum: one reciprocal per row, one product per element.
 * The largest element has power 1, so the sum is never below 1.
 */
function softmax(call: Lowering): Linear {
  const { builder, name: label } = call;
  const source = call.input(0);
  const rows = softmaxRows(call);
  const width = rows[0]?.length ?? 1;
  // The exponent's error is the result's relative error, so its step does not follow its range.
  const { fractionBits: ordinary, ...bounds } = call.formatOf(source);
  const fractionBits = Math.max(ordinary, EXPONENT_BITS);
  const scale = 2 ** (fractionBits - ordinary);
  const fixed = call.narrowTo(source, {
    fractionBits,
    low: bounds.low * scale,
    high: bounds.high * scale,
  });
  const order = rows.flat();
  const largest = maximumOf(call, fixed.value, rows);
  const place = (from: Value, indices: ArrayLike<number>): Value =>
    builder.gather({ sources: [from], shape: [rows.length, width], indices, label });
  const gap = builder.add({
    a: place(fixed.value, order),
    b: builder.affine({
      source: place(
        largest,
        order.map((_, i) => Math.floor(i / width)),
      ),
      multipliers: -1,
      label,
    }),
    label,
  });
  const powers = powersOf(call, { value: gap, fractionBits: fixed.fractionBits });
  const shares = normalise(call, powers);
  const indices = new Int32Array(sizeOf(call.shape(0)));
  order.forEach((element, i) => (indices[element] = i));
  return moveLinear({ sources: [fromFixed(shares)], shape: call.shape(0), indices });
}

const EXPONENT_BITS = 8;

/** exp of what is at most 0, as integers of POWER_BITS fraction bits, at least 0. */
function powersOf(call: Lowering, gap: Fixed): Fixed {
  const linear = tabulate({
    call,
    source: {
      linear: fromFixed(gap),
      elementType: "float64",
      range: { low: -SPAN, high: 0 },
    },
    f: (points) => points.map((x) => (x >= 0 ? 1 : Math.exp(x))),
    result: { fractionBits: POWER_BITS, low: 0, high: 2 ** POWER_BITS },
    exact: { low: -SPAN, high: 0 },
  });
  const range = { low: 0, high: 1 };
  return call.narrowTo(
    { linear, elementType: "float64", range },
    { fractionBits: POWER_BITS, low: 0, high: 2 ** POWER_BITS },
  );
}

/** Each element over the sum of its row. */
function normalise(call: Lowering, powers: Fixed): Fixed {
  const { builder, name: label } = call;
  const [rows = 0, width = 1] = powers.value.shape;
  const sums = builder.matMul({
    source: powers.value,
    weights: new Float64Array(width).fill(1),
    bias: [0],
    label,
  });
  // Table and rounding may leave the sum a little below 1; the bound also keeps reciprocals small.
  const sum = builder.rescale({ source: sums, shift: 0, low: 2 ** (POWER_BITS - 1), label });
  const bits = 2 * POWER_BITS + 2;
  const numerator = builder.constant({
    shape: sum.shape,
    values: new Float64Array(rows).fill(2 ** bits),
    label,
  });
  const reciprocal = builder.divide({ numerator, denominator: sum, label });
  const spread = builder.gather({
    sources: [reciprocal],
    shape: [rows, width],
    indices: Int32Array.from({ length: rows * width }, (_, i) => Math.floor(i / width)),
    label,
  });
  return {
    value: builder.product({ a: powers.value, b: spread, label }),
    fractionBits: bits,
  };
}
