import { refusal } from "../refusal.ts";
import type { ElementType } from "./elementType.ts";
import { LIMITS } from "./limits.ts";

/** A constant tensor, row-major. Values of every element type are held as doubles. */
export type Tensor = {
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
};

/**
 * Number of elements of a shape; 1 for a scalar. Whatever is allocated is sized by this, so that a
 * file of a few bytes cannot ask for gigabytes.
 * @throws CompilerError ModelTooLarge past 2^24 elements, or where a dimension is no size at all
 */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  let isValid = true;
  for (const dimension of shape) {
    size *= dimension;
    isValid &&= Number.isSafeInteger(dimension) && dimension >= 0;
  }
  if (!isValid || size > LIMITS.tensorElements) {
    const limit = LIMITS.tensorElements;
    throw refusal("ModelTooLarge", { shape: shape.join("×"), limit });
  }
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
