import type { ElementType } from "./elementType.ts";
import type { Operation, ValueId } from "./operation.ts";

/** A tensor of integers in a model, with the interval proven for each element (inclusive, row-major). */
export interface Value {
  readonly id: ValueId;
  readonly shape: readonly number[];
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly label: string;
}

export interface ModelInput {
  readonly name: string;
  readonly value: ValueId;
  readonly shape: readonly number[];
  readonly elementType: ElementType;
}

export interface ModelOutput {
  readonly name: string;
  readonly value: ValueId;
  readonly shape: readonly number[];
  readonly elementType: ElementType;
}

/**
 * A model on integers: operation i makes value i and reads only earlier ones. Total: every payload
 * of the declared length has exactly one output. Made by `IntegerBuilder` or `parseModel` only, so
 * its shapes and intervals always hold.
 */
export interface IntegerModel {
  readonly operations: readonly Operation[];
  readonly values: readonly Value[];
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
