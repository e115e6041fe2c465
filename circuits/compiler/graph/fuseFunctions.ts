import type { Tensor } from "../onnx/tensor.ts";
import { Attributes } from "../onnx/attribute.ts";
import { withoutUnread } from "./expandGraph.ts";
import type { Graph, Node } from "./graph.ts";

/** What an elementwise node costs when its inputs are one private tensor and constants. */
export type ElementwiseCost = "free" | "cheap" | "table";

/** The cost of an elementwise operator; undefined for what is none, or no continuous function. */
export type ClassifyNode = (
  node: Node,
  constants: ReadonlyMap<string, Tensor>,
) => ElementwiseCost | undefined;

/** Operator name of a fused node: its `body` is what it computes. */
export const FUSED = "Fused";

/** A body much longer than any activation function is a sign of something else. */
const LONGEST_BODY = 64;

/** Nodes that together are a function of one value, element by element. */
interface Chain {
  readonly root: string;
  readonly nodes: ReadonlySet<Node>;
}

/**
 * Joins elementwise nodes that depend on one value into one function of it, where that saves a
 * table: x · tanh(softplus(x)), the GELU written out, 1 / sqrt(x + ε). One table replaces several,
 * and nothing is rounded in between.
 * @param shapes of all values
 */
export function fuseFunctions({
  graph,
  shapes,
  classify,
}: {
  readonly graph: Graph;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly classify: ClassifyNode;
}): Graph {
  const cut = new Set<string>();
  for (;;) {
    const chains = findChains({ graph, shapes, classify, cut });
    const ends = endsOf(graph, chains);
    const shared = [...ends].filter(
      ([name, isInside]) => isInside && isWorthwhile(graph, chains.get(name), classify),
    );
    if (shared.length > 0) {
      // What is needed outside is made once; functions of it start from there.
      for (const [name] of shared) cut.add(name);
      continue;
    }
    const fused = new Map<string, Chain>();
    for (const name of ends.keys()) {
      const chain = chains.get(name);
      if (chain !== undefined && isWorthwhile(graph, chain, classify)) fused.set(name, chain);
    }
    return replaceEnds(graph, fused);
  }
}

/** For every value that is a function of one other value: that value, and the nodes between. */
function findChains({
  graph,
  shapes,
  classify,
  cut,
}: {
  readonly graph: Graph;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly classify: ClassifyNode;
  readonly cut: ReadonlySet<string>;
}): Map<string, Chain> {
  const chains = new Map<string, Chain>();
  const size = (name: string): string => (shapes.get(name) ?? []).join(",");
  for (const node of graph.nodes) {
    const [output = ""] = node.outputs;
    const isPrivate = node.inputs.map((name) => name !== "" && !graph.constants.has(name));
    if (node.outputs.length !== 1 || classify(node, graph.constants) === undefined) continue;
    const sources = node.inputs.filter((_, i) => isPrivate[i] === true);
    const others = node.inputs.filter((name, i) => name !== "" && isPrivate[i] !== true);
    const isUniform = others.every((name) => uniform(graph.constants.get(name)) !== undefined);
    const sameShape = sources.every((name) => size(name) === size(output));
    const parts = sources.map((name) => (cut.has(name) ? undefined : chains.get(name)));
    const roots = new Set(sources.map((name, i) => parts[i]?.root ?? name));
    const [root] = roots;
    if (!isUniform || !sameShape || roots.size !== 1 || root === undefined) continue;
    const nodes = new Set([...parts.flatMap((part) => [...(part?.nodes ?? [])]), node]);
    if (nodes.size <= LONGEST_BODY) chains.set(output, { root, nodes });
  }
  return chains;
}

/** Values of chains that something outside of their chain reads; true if something inside does too. */
function endsOf(graph: Graph, chains: ReadonlyMap<string, Chain>): Map<string, boolean> {
  const outside = new Set(graph.outputs);
  const inside = new Set<string>();
  for (const node of graph.nodes) {
    const chain = chains.get(node.outputs[0] ?? "");
    for (const name of node.inputs) {
      const own = chains.get(name);
      if (own === undefined) continue;
      if (chain !== undefined && chain.root === own.root) inside.add(name);
      else outside.add(name);
    }
  }
  const ends = [...outside].filter((name) => chains.has(name));
  return new Map(ends.map((name) => [name, inside.has(name)]));
}

function isWorthwhile(graph: Graph, chain: Chain | undefined, classify: ClassifyNode): boolean {
  const costs = [...(chain?.nodes ?? [])].map((node) => classify(node, graph.constants));
  return costs.includes("table") && costs.filter((cost) => cost !== "free").length >= 2;
}

function replaceEnds(graph: Graph, fused: ReadonlyMap<string, Chain>): Graph {
  const nodes = graph.nodes.map((node): Node => {
    const [output = ""] = node.outputs;
    const chain = fused.get(output);
    if (chain === undefined) return node;
    const names = new Set([...chain.nodes].flatMap((each) => each.inputs));
    const constants = new Map<string, Tensor>();
    for (const name of names) {
      const value = uniform(graph.constants.get(name));
      if (value !== undefined) constants.set(name, value);
    }
    return {
      name: node.name,
      operator: FUSED,
      inputs: [chain.root],
      outputs: [output],
      attributes: new Attributes(node.name, new Map()),
      body: { nodes: graph.nodes.filter((each) => chain.nodes.has(each)), constants },
    };
  });
  return { ...graph, nodes: withoutUnread(graph.outputs, nodes) };
}

/** A constant all of whose elements are equal, as a scalar. */
function uniform(tensor: Tensor | undefined): Tensor | undefined {
  const [first] = tensor?.data ?? [];
  if (tensor === undefined || first === undefined) return undefined;
  if (!tensor.data.every((value) => value === first)) return undefined;
  return { ...tensor, shape: [], data: Float64Array.of(first) };
}
