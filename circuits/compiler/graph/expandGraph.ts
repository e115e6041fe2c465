import type { ElementType } from "../onnx/elementType.ts";
import { Attributes, type Attribute } from "../onnx/attribute.ts";
import type { Tensor } from "../onnx/tensor.ts";
import { refusal } from "../refusal.ts";
import type { Call, FindEvaluate } from "./call.ts";
import { constantCall, elementBudget, evaluateNode } from "./evaluateGraph.ts";
import type { Graph, Node } from "./graph.ts";

/** Writes the nodes that a composite operator stands for. */
export interface NodeWriter {
  /** Adds a node and returns the names of its outputs. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    outputCount?: number,
  ): readonly [string, ...string[]];
  constant(shape: readonly number[], values: ArrayLike<number>, elementType?: ElementType): string;
}

/**
 * Rewrites one node as simpler ones.
 * @param inputs names of the node's inputs, the empty string where one is left out
 * @returns names of the values that are its outputs, in order; undefined to leave the node as it is
 */
export type Expand = (
  call: Call,
  inputs: readonly string[],
  writer: NodeWriter,
) => readonly string[] | undefined;

/** Finds how a composite operator is expanded; undefined for all others. */
export type FindExpand = (operator: string) => Expand | undefined;

/** Operators whose result follows from the shape of their input alone. */
const SHAPE_ONLY: ReadonlySet<string> = new Set(["Shape", "Size", "EyeLike"]);

interface State {
  readonly opset: number;
  readonly constants: Map<string, Tensor>;
  /** Everything computed so far, constants too. */
  readonly values: Map<string, Tensor>;
  readonly budget: ReturnType<typeof elementBudget>;
}

/**
 * Computes what does not depend on the request and replaces composite operators (recurrent cells,
 * normalisations) by simpler ones. The graph is run along the way, since both depend on shapes.
 */
export function expandGraph({
  graph,
  feeds,
  find,
  findExpand,
}: {
  readonly graph: Graph;
  readonly feeds: readonly Tensor[];
  readonly find: FindEvaluate;
  readonly findExpand: FindExpand;
}): Graph {
  const constants = new Map(graph.constants);
  const state: State = {
    opset: graph.opset,
    constants,
    values: new Map(constants),
    budget: elementBudget(),
  };
  graph.inputs.forEach((input, index) => {
    const feed = feeds[index];
    if (feed !== undefined) state.values.set(input.name, feed);
  });
  const nodes: Node[] = [];
  const pending = [...graph.nodes].reverse();
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const expand = findExpand(node.operator);
    const simpler = expand === undefined ? undefined : expandNode(state, node, expand);
    if (simpler !== undefined) pending.push(...simpler.reverse());
    else if (!runNode(state, node, find)) nodes.push(node);
  }
  return { ...graph, constants, nodes: withoutUnread(graph.outputs, nodes) };
}

/** Runs a node and says whether its results are constant. */
function runNode(
  { opset, values, constants, budget }: State,
  node: Node,
  find: FindEvaluate,
): boolean {
  const isConstant =
    SHAPE_ONLY.has(node.operator) ||
    node.inputs.every((name) => name === "" || constants.has(name));
  const outputs = evaluateNode({ node, opset, values, find });
  node.outputs.forEach((name, index) => {
    const output = outputs[index];
    if (name === "" || output === undefined) return;
    budget.take(node.name, output);
    values.set(name, output);
    if (isConstant) constants.set(name, output);
  });
  return isConstant;
}

function expandNode(state: State, node: Node, expand: Expand): Node[] | undefined {
  const nodes: Node[] = [];
  const results = expand(callOf(state, node), node.inputs, writerTo(state, node, nodes));
  if (results === undefined) return undefined;
  node.outputs.forEach((name, index) => {
    const result = results[index];
    if (name === "" || result === undefined) return;
    const attributes = new Attributes(name, new Map());
    nodes.push({ name, operator: "Identity", inputs: [result], outputs: [name], attributes });
  });
  return nodes;
}

function callOf({ opset, values, constants }: State, node: Node): Call {
  const inputs = node.inputs.map((name) => values.get(name));
  const isConstant = (index: number): boolean => constants.has(node.inputs[index] ?? "");
  const call = constantCall({ node, opset, inputs });
  return {
    ...call,
    isConstant,
    constant: (index) => {
      if (isConstant(index)) return call.constant(index);
      const input = node.inputs[index] ?? "";
      throw refusal("ShapePrivate", { node: node.name, operator: node.operator, input });
    },
  };
}

function writerTo(state: State, parent: Node, nodes: Node[]): NodeWriter {
  let count = 0;
  const fresh = (): string => `${parent.name}/${count++}`;
  return {
    node: (operator, inputs, attributes = {}, outputCount = 1) => {
      const name = fresh();
      const outputs: [string, ...string[]] = [name];
      for (let i = 1; i < outputCount; i++) outputs.push(`${name}:${i}`);
      const list = new Map(Object.entries(attributes));
      nodes.push({ name, operator, inputs, outputs, attributes: new Attributes(name, list) });
      return outputs;
    },
    constant: (shape, data, elementType = "float32") => {
      const name = fresh();
      const tensor = { elementType, shape, data: Float64Array.from(data) };
      state.constants.set(name, tensor);
      state.values.set(name, tensor);
      return name;
    },
  };
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
