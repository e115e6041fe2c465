import type { Value } from "../integer/integerModel.ts";
import type { Operation } from "../integer/operation.ts";
import type { GraphWriter } from "./graphWriter.ts";

/** A value of the model under the name of the int64 tensor that holds it in the exported graph. */
export interface Emitted {
  readonly name: string;
  readonly value: Value;
}

/** Writes one primitive as ONNX nodes; returns the name of the int64 tensor with its elements. */
export type Emitter<O extends Operation> = (call: {
  readonly graph: GraphWriter;
  readonly operation: O;
  readonly sources: readonly Emitted[];
  /** The value made: its shape and proven interval. */
  readonly result: Value;
}) => string;

/** The source at a position; the builder has checked how many there are. */
export function emittedAt(sources: readonly Emitted[], position: number): Emitted {
  const source = sources[position];
  if (source === undefined) throw new RangeError(`an operation misses its source ${position}`);
  return source;
}
