import type { IsNegativeOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";

export const isNegative: Emitter<IsNegativeOperation> = ({ graph, sources }) => {
  const zero = graph.constant({ type: "int64", shape: [], values: [0] });
  return graph.cast(graph.node("Less", [emittedAt(sources, 0).name, zero]), "int64");
};
