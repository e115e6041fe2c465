import type { AffineOperation } from "../../integer/operation.ts";
import { type Emitter, emittedAt } from "../emitter.ts";

export const affine: Emitter<AffineOperation> = ({ graph, operation, sources }) => {
  const { name, value } = emittedAt(sources, 0);
  const { multipliers, offsets } = operation;
  const scaled = multipliers.every((multiplier) => multiplier === 1)
    ? name
    : graph.node("Mul", [name, graph.elementwise(multipliers, value)]);
  return offsets.every((offset) => offset === 0)
    ? scaled
    : graph.node("Add", [scaled, graph.elementwise(offsets, value)]);
};
