import type { LookupOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";

export const lookup: Emitter<LookupOperation> = ({ graph, operation, sources }) => {
  const { name } = emittedAt(sources, 0);
  const { first, table } = operation;
  const start = graph.constant({ type: "int64", shape: [], values: [first] });
  const position = first === 0 ? name : graph.node("Sub", [name, start]);
  const entries = graph.constant({ type: "int64", shape: [table.length], values: table });
  return graph.node("Gather", [entries, position], { axis: 0 });
};
