import type { Call } from "../graph/call.ts";
import { sizeOf, stridesOf } from "../onnx/tensor.ts";
import { refusal } from "../refusal.ts";
import { invalidInput, range, unsupportedForm } from "./movement.ts";

/** Sliding windows over the spatial axes of a [batch, channels, …] tensor. */
export interface Windows {
  /** Spatial sizes of the result. */
  readonly output: readonly number[];
  /** Elements in one window. */
  readonly taps: number;
  /**
   * For each place of the result and each tap, the spatial position in the source, −1 in the
   * padding: [places, taps].
   */
  readonly positions: Int32Array;
  /** Elements of one channel of the source. */
  readonly plane: number;
  /** Where padding counts as an element (AveragePool with count_include_pad). */
  readonly insidePadding: Uint8Array;
}

/**
 * Windows by ONNX's attributes kernel_shape, strides, dilations, pads, auto_pad and ceil_mode.
 * @throws CompilerError InputInvalid, OperatorForm
 */
export function windowsOf(
  call: Call,
  source: readonly number[],
  kernel: readonly number[],
): Windows {
  const rank = kernel.length;
  if (source.length !== rank + 2) {
    throw invalidInput(call, `[${source.join(",")}] has not ${rank} spatial axes`);
  }
  const spatial = source.slice(2);
  const ones = kernel.map(() => 1);
  const strides = positiveInts(call, "strides") ?? ones;
  const dilations = positiveInts(call, "dilations") ?? ones;
  const isCeil = call.attributes.int("ceil_mode", 0) === 1;
  const reach = kernel.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1);
  const pads = padsOf(call, spatial, reach, strides);
  const output = spatial.map((size, axis) => {
    const free = size + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0) - (reach[axis] ?? 1);
    const stride = strides[axis] ?? 1;
    const places = (isCeil ? Math.ceil(free / stride) : Math.floor(free / stride)) + 1;
    // A last window that would begin in the padding after the tensor is dropped.
    const startsInside = (places - 1) * stride < size + (pads[axis] ?? 0);
    return isCeil && !startsInside ? places - 1 : places;
  });
  if (output.some((size) => size < 1))
    throw invalidInput(call, "the kernel is larger than its input");
  const taps = sizeOf(kernel);
  const places = sizeOf(output);
  const positions = new Int32Array(sizeOf([places, taps, HEADROOM]) / HEADROOM);
  const insidePadding = new Uint8Array(places * taps);
  const sourceStrides = stridesOf(spatial);
  for (let place = 0; place < places; place++) {
    const corner = coordinates(place, output);
    for (let tap = 0; tap < taps; tap++) {
      const offset = coordinates(tap, kernel);
      let position = 0;
      let isPadding = true;
      for (let axis = 0; axis < rank; axis++) {
        const at =
          (corner[axis] ?? 0) * (strides[axis] ?? 1) -
          (pads[axis] ?? 0) +
          (offset[axis] ?? 0) * (dilations[axis] ?? 1);
        const size = spatial[axis] ?? 1;
        if (at < 0 || at >= size) position = -1;
        else if (position >= 0) position += at * (sourceStrides[axis] ?? 1);
        if (at >= size + (pads[axis + rank] ?? 0)) isPadding = false;
      }
      positions[place * taps + tap] = position;
      insidePadding[place * taps + tap] = isPadding ? 1 : 0;
    }
  }
  return { output, taps, positions, plane: sizeOf(spatial), insidePadding };
}

/** Finding a tap takes a while; layers that can be proved have far fewer than a tensor may hold. */
export const HEADROOM = 4;

/**
 * An attribute of positive integers.
 * @throws CompilerError AttributeInvalid
 */
export function positiveInts(call: Call, name: string): readonly number[] | undefined {
  const values = call.attributes.ints(name);
  if (values?.some((value) => !(value >= 1))) {
    throw refusal("AttributeInvalid", { node: call.name, attribute: name, value: values.join() });
  }
  return values;
}

/** The attribute `group` of a convolution. */
export function groupCount(call: Call): number {
  const groups = call.attributes.int("group", 1);
  if (groups >= 1) return groups;
  throw refusal("AttributeInvalid", { node: call.name, attribute: "group", value: groups });
}

export function coordinates(index: number, shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length).fill(0);
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    result[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return result;
}

function padsOf(
  call: Call,
  spatial: readonly number[],
  reach: readonly number[],
  strides: readonly number[],
): number[] {
  const rank = spatial.length;
  const mode = call.attributes.string("auto_pad", "NOTSET");
  switch (mode) {
    case "NOTSET":
      return [...(call.attributes.ints("pads") ?? new Array<number>(2 * rank).fill(0))];
    case "VALID":
      return new Array<number>(2 * rank).fill(0);
    case "SAME_UPPER":
    case "SAME_LOWER": {
      const totals = range(rank).map((axis) => {
        const stride = strides[axis] ?? 1;
        const places = Math.ceil((spatial[axis] ?? 1) / stride);
        return Math.max(0, (places - 1) * stride + (reach[axis] ?? 1) - (spatial[axis] ?? 1));
      });
      const smaller = totals.map((total) => Math.floor(total / 2));
      const larger = totals.map((total) => Math.ceil(total / 2));
      return mode === "SAME_UPPER" ? [...smaller, ...larger] : [...larger, ...smaller];
    }
    default:
      throw unsupportedForm(call, `auto_pad ${mode}`, "NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  }
}
