import type { Tensor } from "../onnx/tensor.ts";
import type { Graph, Node } from "./graph.ts";

/** Operators whose result follows from the shape of their input alone. */
const SHAPE_ONLY: ReadonlySet<string> = new Set(["Shape", "Size"]);

/**
 * Removes every node whose result does not depend on the request.
 * @param values all values of one evaluation: those that are constant are the same in every other
 */
export function foldConstants(graph: Graph, values: ReadonlyMap<string, Tensor>): Graph {
  const constants = new Map(graph.constants);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const isConstant =
      SHAPE_ONLY.has(node.operator) ||
      node.inputs.every((name) => name === "" || constants.has(name));
    if (!isConstant) {
      nodes.push(node);
      continue;
    }
    for (const name of node.outputs) {
      const value = values.get(name);
      if (name !== "" && value !== undefined) constants.set(name, value);
    }
  }
  return { ...graph, constants, nodes: withoutUnread(graph.outputs, nodes) };
}

/** Nodes that an output needs; folding leaves behind those that only fed shapes. */
export function withoutUnread(outputs: readonly string[], nodes: readonly Node[]): Node[] {
  const read = new Set(outputs);
  const kept: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => read.has(name))) continue;
    kept.push(node);
    for (const name of node.inputs) read.add(name);
  }
  return kept.reverse();
}
