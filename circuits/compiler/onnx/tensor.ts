import type { ElementType } from "./elementType.ts";

/** A constant tensor, row-major. Values of every element type are held as doubles. */
export type Tensor = {
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
};

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}
