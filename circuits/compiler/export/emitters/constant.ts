import type { ConstantOperation } from "../../integer/operation.ts";
import type { Emitter } from "../emitter.ts";

export const constant: Emitter<ConstantOperation> = ({ graph, operation }) =>
  graph.constant({ type: "int64", shape: operation.shape, values: operation.values });
