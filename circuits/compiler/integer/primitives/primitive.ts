import type { Operation } from "../operation.ts";

/** Shape and proven interval of a tensor (inclusive, row-major). */
export interface Bounds {
  readonly shape: readonly number[];
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What every kind of operation knows about itself. */
export interface Primitive<O extends Operation> {
  /** Shape and interval of the result; throws `CompilerError` where the operation is not allowed. */
  readonly infer: (operation: O, sources: readonly Bounds[]) => Bounds;
  /** The result's elements; the sources lie inside their intervals. */
  readonly interpret: (operation: O, sources: readonly Float64Array[]) => Float64Array;
}
