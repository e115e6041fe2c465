import type { GatherOperation } from "../../integer/operation.ts";
import type { Emitter } from "../emitter.ts";

/** Convolutions too are a gather and a MatMul: libraries' own kernels may be inexact (Winograd, FFT). */
export const gather: Emitter<GatherOperation> = ({ graph, operation, sources }) => {
  const flat = graph.constant({ type: "int64", shape: [1], values: [-1] });
  const parts = sources.map(({ name }) => graph.node("Reshape", [name, flat]));
  const [first] = parts;
  const joined =
    parts.length === 1 && first !== undefined ? first : graph.node("Concat", parts, { axis: 0 });
  const { shape, indices } = operation;
  const positions = graph.constant({ type: "int64", shape, values: indices });
  return graph.node("Gather", [joined, positions], { axis: 0 });
};
