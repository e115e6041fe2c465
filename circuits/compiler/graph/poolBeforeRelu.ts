import type { Graph, Node } from "./graph.ts";

/**
 * MaxPool(Relu(x)) as Relu(MaxPool(x)), where windows do not overlap: the same values, and signs are
 * taken of what is left instead of everything. Both are monotone, so they change places freely.
 */
export function poolBeforeRelu(graph: Graph): Graph {
  const readers = new Map<string, number>(graph.outputs.map((name) => [name, 1]));
  const writers = new Map<string, Node>();
  for (const node of graph.nodes) {
    for (const name of node.inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
    for (const name of node.outputs) writers.set(name, node);
  }
  const replaced = new Map<Node, Node>();
  for (const pool of graph.nodes) {
    const relu = writers.get(pool.inputs[0] ?? "");
    if (relu?.operator !== "Relu" || replaced.has(relu)) continue;
    const [between = ""] = relu.outputs;
    if (readers.get(between) !== 1 || !isSeparate(pool)) continue;
    replaced.set(relu, { ...pool, inputs: relu.inputs, outputs: [between] });
    replaced.set(pool, { ...relu, inputs: [between], outputs: pool.outputs });
  }
  return { ...graph, nodes: graph.nodes.map((node) => replaced.get(node) ?? node) };
}

/** True for a MaxPool whose windows share no element. */
function isSeparate({ operator, outputs, attributes }: Node): boolean {
  if (operator !== "MaxPool" || outputs.length !== 1) return false;
  const kernel = attributes.ints("kernel_shape") ?? [];
  const strides = attributes.ints("strides") ?? kernel.map(() => 1);
  const dilations = attributes.ints("dilations") ?? kernel.map(() => 1);
  return kernel.every(
    (size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1 <= (strides[axis] ?? 1),
  );
}
