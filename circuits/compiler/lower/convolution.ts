import type { Call } from "../graph/call.ts";
import { sizeOf } from "../onnx/tensor.ts";
import { invalidInput, range, unsupportedForm } from "./movement.ts";
import type { Family } from "./operator.ts";
import { linearOperator, type LinearMap, type WeightedSum } from "./weightedSum.ts";
import { coordinates, groupCount, HEADROOM, positiveInts, windowsOf } from "./window.ts";

/** Convolutions with constant weights: gather, then a matrix product. */
export const convolutionFamily: Family = {
  Conv: linearOperator(convolution),
  ConvTranspose: linearOperator(transposedConvolution),
};

function convolution(call: Call): LinearMap {
  const source = call.shape(0);
  const weights = constantWeights(call);
  const [outputs = 1, perGroup = 1, ...kernel] = weights.shape;
  const groups = groupCount(call);
  const [batch = 1, channels = 1] = source;
  if (channels !== perGroup * groups || outputs % groups !== 0) {
    throw invalidInput(call, `${channels} channels in ${groups} groups of ${perGroup}`);
  }
  const windows = windowsOf(call, source, kernel);
  const places = sizeOf(windows.output);
  const depth = perGroup * windows.taps;
  const columns = outputs / groups;
  const bias = call.has(2) ? call.constant(2).data : new Float64Array(outputs);
  const sums: WeightedSum[] = [];
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) {
      const first = (n * channels + group * perGroup) * windows.plane;
      const elements = new Int32Array(sizeOf([places, depth]));
      for (let i = 0; i < elements.length; i++) {
        const place = Math.floor(i / depth);
        const channel = Math.floor((i % depth) / windows.taps);
        const position = windows.positions[place * windows.taps + (i % windows.taps)] ?? -1;
        elements[i] = position < 0 ? -1 : first + channel * windows.plane + position;
      }
      const start = group * columns;
      sums.push({
        rows: places,
        depth,
        columns,
        elements,
        weights: Float64Array.from(
          { length: depth * columns },
          (_, i) => weights.data[(start + (i % columns)) * depth + Math.floor(i / columns)] ?? 0,
        ),
        bias: bias.slice(start, start + columns),
      });
    }
  }
  return channelsFirst({ sums, batch, outputs, groups, spatial: windows.output });
}

/** Sums come as [batch, group][place, channel]; the result is [batch, channel, place]. */
function channelsFirst({
  sums,
  batch,
  outputs,
  groups,
  spatial,
}: {
  readonly sums: readonly WeightedSum[];
  readonly batch: number;
  readonly outputs: number;
  readonly groups: number;
  readonly spatial: readonly number[];
}): LinearMap {
  const shape = [batch, outputs, ...spatial];
  const places = sizeOf(spatial);
  const columns = outputs / groups;
  const indices = Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const place = i % places;
    const channel = Math.floor(i / places) % outputs;
    const n = Math.floor(i / (places * outputs));
    const group = Math.floor(channel / columns);
    return ((n * groups + group) * places + place) * columns + (channel % columns);
  });
  return { source: 0, sums, shape, indices };
}

function constantWeights(call: Call) {
  if (!call.isConstant(1)) {
    throw unsupportedForm(call, "weights that depend on the request", "constant weights");
  }
  if (call.has(2) && !call.isConstant(2)) {
    throw unsupportedForm(call, "a bias that depends on the request", "a constant bias, then Add");
  }
  return call.constant(1);
}

/** Which input place and kernel tap meet in each place of a transposed convolution. */
interface Spread {
  readonly output: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
}

function spreadOf(call: Call, spatial: readonly number[], kernel: readonly number[]): Spread {
  const ones = kernel.map(() => 1);
  const strides = positiveInts(call, "strides") ?? ones;
  const dilations = positiveInts(call, "dilations") ?? ones;
  const extra = call.attributes.ints("output_padding") ?? kernel.map(() => 0);
  const mode = call.attributes.string("auto_pad", "NOTSET");
  const wanted = call.attributes.ints("output_shape")?.slice(-kernel.length);
  const given = call.attributes.ints("pads") ?? kernel.flatMap(() => [0, 0]);
  const output: number[] = [];
  const before: number[] = [];
  spatial.forEach((size, axis) => {
    const stride = strides[axis] ?? 1;
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const full = stride * (size - 1) + (extra[axis] ?? 0) + reach;
    const target = wanted?.[axis] ?? (mode.startsWith("SAME") ? size * stride : undefined);
    if (target === undefined || mode === "VALID") {
      const pads = mode === "VALID" ? [0, 0] : [given[axis] ?? 0, given[axis + kernel.length] ?? 0];
      output.push(full - (pads[0] ?? 0) - (pads[1] ?? 0));
      before.push(pads[0] ?? 0);
    } else {
      const total = Math.max(0, full - target);
      output.push(target);
      before.push(mode === "SAME_UPPER" ? Math.floor(total / 2) : total - Math.floor(total / 2));
    }
  });
  return { output, strides, dilations, before };
}

function transposedConvolution(call: Call): LinearMap {
  const [batch = 1, channels = 1, ...spatial] = call.shape(0);
  const weights = constantWeights(call);
  const [inputs = 1, columns = 1, ...kernel] = weights.shape;
  const groups = groupCount(call);
  if (inputs !== channels || channels % groups !== 0) {
    throw invalidInput(call, `${channels} channels against weights for ${inputs}`);
  }
  const spreads = spreadOf(call, spatial, kernel);
  const plane = sizeOf(spatial);
  const taps = sizeOf(kernel);
  const places = sizeOf(spreads.output);
  const perGroup = channels / groups;
  const depth = perGroup * taps;
  const outputs = columns * groups;
  const bias = call.has(2) ? call.constant(2).data : new Float64Array(outputs);
  const positions = tapPositions(spreads, spatial, kernel);
  const sums = range(batch * groups).map((at): WeightedSum => {
    const group = at % groups;
    const first = (Math.floor(at / groups) * channels + group * perGroup) * plane;
    const elements = Int32Array.from({ length: sizeOf([places, depth]) }, (_, i) => {
      const place = Math.floor(i / depth);
      const position = positions[place * taps + (i % taps)] ?? -1;
      return position < 0 ? -1 : first + Math.floor((i % depth) / taps) * plane + position;
    });
    const matrix = Float64Array.from({ length: sizeOf([depth, columns]) }, (_, i) => {
      const inner = Math.floor(i / columns);
      const channel = group * perGroup + Math.floor(inner / taps);
      return weights.data[(channel * columns + (i % columns)) * taps + (inner % taps)] ?? 0;
    });
    return {
      rows: places,
      depth,
      columns,
      elements,
      weights: matrix,
      bias: bias.slice(group * columns, (group + 1) * columns),
    };
  });
  return channelsFirst({ sums, batch, outputs, groups, spatial: spreads.output });
}

/** [places, taps]: the input position that a tap carries to a place, −1 if none. */
function tapPositions(
  { output, strides, dilations, before }: Spread,
  spatial: readonly number[],
  kernel: readonly number[],
): Int32Array {
  const taps = sizeOf(kernel);
  const length = sizeOf([...output, taps, HEADROOM]) / HEADROOM;
  return Int32Array.from({ length }, (_, i) => {
    const place = coordinates(Math.floor(i / taps), output);
    const tap = coordinates(i % taps, kernel);
    let position = 0;
    for (let axis = 0; axis < spatial.length; axis++) {
      const reached =
        (place[axis] ?? 0) + (before[axis] ?? 0) - (tap[axis] ?? 0) * (dilations[axis] ?? 1);
      const at = reached / (strides[axis] ?? 1);
      if (!Number.isInteger(at) || at < 0 || at >= (spatial[axis] ?? 1)) return -1;
      position = position * (spatial[axis] ?? 1) + at;
    }
    return position;
  });
}
