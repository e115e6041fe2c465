import type { AddOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";

export const add: Emitter<AddOperation> = ({ graph, sources }) =>
  graph.node("Add", [emittedAt(sources, 0).name, emittedAt(sources, 1).name]);
