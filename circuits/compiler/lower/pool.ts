import type { Call } from "../graph/call.ts";
import { sizeOf } from "../onnx/tensor.ts";
import { fromFixed, type Linear } from "../quantize/linear.ts";
import { invalidInput, range, unsupportedForm } from "./movement.ts";
import type { Family, Lowering } from "./operator.ts";
import { maximumOf } from "./tournament.ts";
import { linearOperator, type LinearMap } from "./weightedSum.ts";
import { positiveInts, windowsOf, type Windows } from "./window.ts";

/** Pooling over sliding windows: the mean is free, the maximum a comparison per element. */
export const poolFamily: Family = {
  AveragePool: linearOperator(averagePool),
  MaxPool: {
    evaluate: (call) => {
      const { shape, groups } = maxGroups(call);
      const source = call.constant(0);
      const data = Float64Array.from(groups, (group) =>
        group.reduce((most, i) => Math.max(most, source.data[i] ?? 0), -Infinity),
      );
      return [{ elementType: source.elementType, shape, data }];
    },
    lower: (call) => [maxPool(call)],
  },
};

function windows(call: Call): Windows {
  const kernel = positiveInts(call, "kernel_shape");
  if (kernel === undefined) throw invalidInput(call, "kernel_shape is missing");
  return windowsOf(call, call.shape(0), kernel);
}

function averagePool(call: Call): LinearMap {
  const [batch = 1, channels = 1] = call.shape(0);
  const { output, taps, positions, plane, insidePadding } = windows(call);
  const countsPadding = call.attributes.int("count_include_pad", 0) === 1;
  const places = sizeOf(output);
  const planes = batch * channels;
  const elements = new Int32Array(sizeOf([planes, places, taps]));
  const scales = new Float64Array(planes * places);
  for (let i = 0; i < planes * places; i++) {
    const place = i % places;
    const start = Math.floor(i / places) * plane;
    let count = 0;
    for (let tap = 0; tap < taps; tap++) {
      const position = positions[place * taps + tap] ?? -1;
      elements[i * taps + tap] = position < 0 ? -1 : start + position;
      count += countsPadding ? (insidePadding[place * taps + tap] ?? 0) : position < 0 ? 0 : 1;
    }
    scales[i] = 1 / Math.max(1, count);
  }
  const sum = {
    rows: planes * places,
    depth: taps,
    columns: 1,
    elements,
    weights: new Float64Array(taps).fill(1),
    bias: new Float64Array(1),
  };
  const shape = [batch, channels, ...output];
  return { source: 0, sums: [sum], shape, indices: range(planes * places), scales };
}

function maxGroups(call: Call): { readonly shape: readonly number[]; readonly groups: number[][] } {
  if (call.outputCount > 1) {
    throw unsupportedForm(call, "the output Indices", "MaxPool with one output");
  }
  const [batch = 1, channels = 1] = call.shape(0);
  const { output, taps, positions, plane } = windows(call);
  const places = sizeOf(output);
  const groups = range(batch * channels * places).map((i) => {
    const first = (i % places) * taps;
    const start = Math.floor(i / places) * plane;
    const inside = Array.from(positions.subarray(first, first + taps)).filter((at) => at >= 0);
    if (inside.length === 0) throw invalidInput(call, "a window lies wholly in the padding");
    return inside.map((position) => start + position);
  });
  return { shape: [batch, channels, ...output], groups };
}

function maxPool(call: Lowering): Linear {
  const { shape, groups } = maxGroups(call);
  const fixed = call.wide(call.input(0));
  return fromFixed({ ...fixed, value: maximumOf(call, fixed.value, groups) }, shape);
}
