import type { IsZeroOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";

export const isZero: Emitter<IsZeroOperation> = ({ graph, sources }) => {
  const zero = graph.constant({ type: "int64", shape: [], values: [0] });
  return graph.cast(graph.node("Equal", [emittedAt(sources, 0).name, zero]), "int64");
};
