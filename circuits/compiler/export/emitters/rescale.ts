import type { Value } from "../../integer/integerModel.ts";
import type { RescaleOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";
import type { GraphWriter } from "../graphWriter.ts";

/**
 * ONNX's integer Div truncates towards zero, which is the floor only of what is not negative: so a
 * multiple of the divisor is added first, enough for the proven interval, and taken off after.
 */
export const rescale: Emitter<RescaleOperation> = ({ graph, operation, sources }) => {
  const { name, value } = emittedAt(sources, 0);
  const divided = operation.shifts.every((shift) => shift === 0)
    ? name
    : divide({ graph, operation, name, value });
  return clamp({ graph, operation, name: divided, value });
};

interface Step {
  readonly graph: GraphWriter;
  readonly operation: RescaleOperation;
  readonly name: string;
  readonly value: Value;
}

function divide({ graph, operation, name, value }: Step): string {
  const divisors = value.low.map((_, index) => 2 ** perElement(operation.shifts, index));
  const halves = divisors.map((divisor) => Math.floor(divisor / 2));
  const lifts = value.low.map((low, index) => {
    const divisor = divisors[index] ?? 1;
    return Math.max(0, Math.ceil(-(low + (halves[index] ?? 0)) / divisor));
  });
  // Equal shifts share one lift, so that the constants stay scalars.
  const isUniform = operation.shifts.every((shift) => shift === operation.shifts[0]);
  const highest = lifts.reduce((largest, lift) => Math.max(largest, lift), 0);
  const lift = isUniform ? lifts.fill(highest) : lifts;
  const added = halves.map((half, index) => half + (lift[index] ?? 0) * (divisors[index] ?? 1));
  const lifted = graph.node("Add", [name, graph.elementwise(added, value)]);
  const quotient = graph.node("Div", [lifted, graph.elementwise(divisors, value)]);
  return lift.every((each) => each === 0)
    ? quotient
    : graph.node("Sub", [quotient, graph.elementwise(lift, value)]);
}

/**
 * By comparison: onnxruntime's int64 kernels of Min, Max and Clip are wrong on x86-64, since its
 * Eigen compares the halves of 64-bit integers apart from each other.
 */
function clamp({ graph, operation, name, value }: Step): string {
  const { lows, highs } = operation;
  let clamped = name;
  if (lows.some((low) => low !== -Infinity)) {
    const low = graph.elementwise(bounds(lows, value), value);
    clamped = graph.node("Where", [graph.node("Less", [clamped, low]), low, clamped]);
  }
  if (highs.some((high) => high !== Infinity)) {
    const high = graph.elementwise(bounds(highs, value), value);
    clamped = graph.node("Where", [graph.node("Less", [high, clamped]), high, clamped]);
  }
  return clamped;
}

/** Infinite bounds become ±2^53, which no value reaches. */
function bounds(limits: Float64Array, value: Value): Float64Array {
  const limit = 2 ** 53;
  return value.low.map((_, index) => Math.min(Math.max(perElement(limits, index), -limit), limit));
}

function perElement(values: Float64Array, index: number): number {
  return values[values.length === 1 ? 0 : index] ?? 0;
}
