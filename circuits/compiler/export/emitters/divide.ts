import type { DivideOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";

/** Div truncates: where the remainder is negative, the floor is one less. */
export const divide: Emitter<DivideOperation> = ({ graph, sources }) => {
  const numerator = emittedAt(sources, 0).name;
  const denominator = emittedAt(sources, 1).name;
  const zero = graph.constant({ type: "int64", shape: [], values: [0] });
  const truncated = graph.node("Div", [numerator, denominator]);
  const multiple = graph.node("Mul", [truncated, denominator]);
  const remainder = graph.node("Sub", [numerator, multiple]);
  const correction = graph.cast(graph.node("Less", [remainder, zero]), "int64");
  return graph.node("Sub", [truncated, correction]);
};
