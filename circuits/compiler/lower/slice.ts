import { stridedIndices } from "../graph/broadcast.ts";
import type { Call } from "../graph/call.ts";
import { sizeOf, stridesOf } from "../onnx/tensor.ts";
import {
  axisOf,
  invalidInput,
  listOf,
  movementOperator,
  range,
  unsupportedForm,
  type Movement,
} from "./movement.ts";
import type { Family } from "./operator.ts";

/** Operators that cut tensors, join them or add a border. */
export const sliceFamily: Family = {
  Slice: movementOperator(1, (call) => [slice(call)]),
  Split: movementOperator(1, split),
  Concat: movementOperator("all", (call) => [concat(call)]),
  Pad: movementOperator(1, (call) => [pad(call)]),
  Trilu: movementOperator(1, (call) => [trilu(call)]),
  ReverseSequence: movementOperator(1, (call) => [reverseSequence(call)]),
};

function slice(call: Call): Movement {
  const from = call.shape(0);
  const starts = listOf(call, "starts", 1) ?? [];
  const ends = listOf(call, "ends", 2) ?? [];
  const axes = listOf(call, "axes", 3) ?? range(starts.length);
  const steps = call.has(4) ? [...call.constant(4).data] : starts.map(() => 1);
  const strides = stridesOf(from);
  const shape = [...from];
  let first = 0;
  axes.forEach((given, i) => {
    const axis = axisOf(call, given, from.length);
    const size = from[axis] ?? 1;
    const step = steps[i] ?? 1;
    if (step === 0) throw invalidInput(call, "a step is 0");
    const stride = strides[axis] ?? 1;
    const { start, count } = cut({ start: starts[i] ?? 0, end: ends[i] ?? 0, step, size });
    shape[axis] = count;
    first += start * stride;
    strides[axis] = stride * step;
  });
  return { shape, indices: stridedIndices(shape, strides, first) };
}

/** Python's rules for a slice, as ONNX has them. */
function cut({
  start,
  end,
  step,
  size,
}: {
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly size: number;
}): { readonly start: number; readonly count: number } {
  const fromFront = (value: number): number => (value < 0 ? value + size : value);
  const within = (value: number, low: number, high: number): number =>
    Math.min(Math.max(fromFront(value), low), high);
  const first = step > 0 ? within(start, 0, size) : within(start, 0, size - 1);
  const last = step > 0 ? within(end, 0, size) : within(end, -1, size - 1);
  return { start: first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

function split(call: Call): Movement[] {
  const from = call.shape(0);
  const axis = axisOf(call, call.attributes.int("axis", 0), from.length);
  const size = from[axis] ?? 1;
  const parts = call.attributes.int("num_outputs", call.outputCount);
  const each = Math.ceil(size / parts);
  const sizes =
    listOf(call, "split", 1) ?? range(parts).map((i) => Math.min(each, size - i * each));
  if (sizes.reduce((sum, part) => sum + part, 0) !== size || sizes.some((part) => part < 0)) {
    throw invalidInput(call, `parts ${sizes.join(",")} do not add up to ${size}`);
  }
  const strides = stridesOf(from);
  let start = 0;
  return sizes.map((part) => {
    const shape = from.map((dimension, at) => (at === axis ? part : dimension));
    const indices = stridedIndices(shape, strides, start * (strides[axis] ?? 1));
    start += part;
    return { shape, indices };
  });
}

function concat(call: Call): Movement {
  const shapes = range(call.inputCount).map((index) => call.shape(index));
  const first = shapes[0] ?? [];
  const axis = axisOf(call, call.attributes.int("axis", 1), first.length);
  for (const shape of shapes) {
    const fits = shape.length === first.length;
    if (!fits || shape.some((size, at) => at !== axis && size !== first[at])) {
      throw invalidInput(call, `[${shape.join(",")}] cannot be joined to [${first.join(",")}]`);
    }
  }
  const total = shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0);
  const shape = first.map((size, at) => (at === axis ? total : size));
  const rows = sizeOf(first.slice(0, axis));
  const indices = new Int32Array(sizeOf(shape));
  const starts: number[] = [];
  shapes.reduce((start, each) => (starts.push(start), start + sizeOf(each)), 0);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    shapes.forEach((each, source) => {
      const length = sizeOf(each.slice(axis));
      for (let i = 0; i < length; i++) indices[at++] = (starts[source] ?? 0) + row * length + i;
    });
  }
  return { shape, indices };
}

function pad(call: Call): Movement {
  const from = call.shape(0);
  const mode = call.attributes.string("mode", "constant");
  const given = listOf(call, "pads", 1) ?? call.attributes.ints("paddings") ?? [];
  const axes = call.has(3) ? [...call.constant(3).data] : range(from.length);
  const before = new Array<number>(from.length).fill(0);
  const after = new Array<number>(from.length).fill(0);
  axes.forEach((axis, i) => {
    before[axisOf(call, axis, from.length)] = given[i] ?? 0;
    after[axisOf(call, axis, from.length)] = given[i + axes.length] ?? 0;
  });
  const shape = from.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0));
  // Before any list is as long as an axis.
  sizeOf(shape);
  const fill = call.has(2) ? call.constant(2).data[0] : call.attributes.float("value", 0);
  const places = from.map((size, axis) =>
    range(shape[axis] ?? 0).map((i) => padded(call, mode, i - (before[axis] ?? 0), size)),
  );
  const strides = stridesOf(from);
  const indices = gridIndices(places, strides);
  return { shape, indices, fill: fill ?? 0 };
}

function padded(call: Call, mode: string, at: number, size: number): number {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case "constant":
      return -1;
    case "edge":
      return at < 0 ? 0 : size - 1;
    case "reflect": {
      const period = Math.max(1, 2 * (size - 1));
      const phase = ((at % period) + period) % period;
      return phase < size ? phase : period - phase;
    }
    case "wrap":
      return ((at % size) + size) % size;
    default:
      throw unsupportedForm(call, `mode ${mode}`, "constant, edge, reflect or wrap");
  }
}

/** Positions from one coordinate list per axis; a negative coordinate makes the position −1. */
function gridIndices(
  places: readonly (readonly number[])[],
  strides: readonly number[],
): Int32Array {
  let positions = Int32Array.of(0);
  places.forEach((coordinates, axis) => {
    const next = new Int32Array(positions.length * coordinates.length);
    let at = 0;
    for (const position of positions) {
      for (const coordinate of coordinates) {
        next[at++] =
          position < 0 || coordinate < 0 ? -1 : position + coordinate * (strides[axis] ?? 1);
      }
    }
    positions = next;
  });
  return positions;
}

function trilu(call: Call): Movement {
  const shape = call.shape(0);
  const isUpper = call.attributes.int("upper", 1) === 1;
  const diagonal = call.has(1) ? (call.constant(1).data[0] ?? 0) : 0;
  const width = shape.at(-1) ?? 1;
  const height = shape.at(-2) ?? 1;
  const indices = Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const distance = (i % width) - (Math.floor(i / width) % height);
    return (isUpper ? distance >= diagonal : distance <= diagonal) ? i : -1;
  });
  return { shape, indices };
}

function reverseSequence(call: Call): Movement {
  const shape = call.shape(0);
  const batchAxis = call.attributes.int("batch_axis", 1);
  const timeAxis = call.attributes.int("time_axis", 0);
  const lengths = call.constant(1).data;
  const strides = stridesOf(shape);
  const indices = Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const coordinate = (axis: number): number =>
      Math.floor(i / (strides[axis] ?? 1)) % (shape[axis] ?? 1);
    const length = lengths[coordinate(batchAxis)] ?? 0;
    const time = coordinate(timeAxis);
    return time < length ? i + (length - 1 - 2 * time) * (strides[timeAxis] ?? 1) : i;
  });
  return { shape, indices };
}
