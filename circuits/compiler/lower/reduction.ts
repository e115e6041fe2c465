import { stridedIndices } from "../graph/broadcast.ts";
import type { Call } from "../graph/call.ts";
import { sizeOf, stridesOf } from "../onnx/tensor.ts";
import { axisOf, listOf, range } from "./movement.ts";

/** What a reduction gathers: for each element of the result, the elements of the source. */
export interface Reduction {
  readonly shape: readonly number[];
  /** [results, depth], row-major. */
  readonly elements: Int32Array;
  readonly depth: number;
}

/** The reduction of input 0 by attributes or input `axes`, keepdims and noop_with_empty_axes. */
export function reductionOf(call: Call): Reduction {
  const source = call.shape(0);
  const given = listOf(call, "axes", 1);
  const isNoop = call.attributes.int("noop_with_empty_axes", 0) === 1;
  const isAll = given === undefined || given.length === 0;
  const axes = isAll && !isNoop ? range(source.length) : (given ?? []);
  return reduceAxes({
    source,
    axes: axes.map((axis) => axisOf(call, axis, source.length)),
    keepsAxes: call.attributes.int("keepdims", 1) === 1,
  });
}

export function reduceAxes({
  source,
  axes,
  keepsAxes,
}: {
  readonly source: readonly number[];
  readonly axes: readonly number[];
  readonly keepsAxes: boolean;
}): Reduction {
  const isReduced = new Set(axes);
  const all = range(source.length);
  const strides = stridesOf(source);
  const walk = (kept: readonly number[]): Int32Array =>
    stridedIndices(
      kept.map((axis) => source[axis] ?? 1),
      kept.map((axis) => strides[axis] ?? 1),
      0,
    );
  const outer = walk(all.filter((axis) => !isReduced.has(axis)));
  const inner = walk(all.filter((axis) => isReduced.has(axis)));
  const elements = new Int32Array(outer.length * inner.length);
  outer.forEach((start, row) => {
    inner.forEach((offset, k) => (elements[row * inner.length + k] = start + offset));
  });
  const shape = all.flatMap((axis) =>
    isReduced.has(axis) ? (keepsAxes ? [1] : []) : [source[axis] ?? 1],
  );
  return { shape, elements, depth: sizeOf(axes.map((axis) => source[axis] ?? 1)) };
}

/** The rows of a reduction, one list of elements per result. */
export function groupsOf({ elements, depth }: Reduction): number[][] {
  return range(elements.length / Math.max(1, depth)).map((row) =>
    Array.from(elements.subarray(row * depth, (row + 1) * depth)),
  );
}
