import type { ProductOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";

export const product: Emitter<ProductOperation> = ({ graph, sources }) =>
  graph.node("Mul", [emittedAt(sources, 0).name, emittedAt(sources, 1).name]);
