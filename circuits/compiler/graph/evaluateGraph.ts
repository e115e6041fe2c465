import type { ElementType } from "../onnx/elementType.ts";
import { LIMITS } from "../onnx/limits.ts";
import { sizeOf, type Tensor } from "../onnx/tensor.ts";
import { refusal } from "../refusal.ts";
import type { Call, FindEvaluate } from "./call.ts";
import type { FunctionBody, Graph, Node } from "./graph.ts";

/**
 * Runs a graph on floats. Float32 results are rounded to float32 after every node.
 * @param feeds one tensor per graph input, in order
 * @returns every value of the graph by name, constants included
 * @throws CompilerError OperatorUnknown, SampleInvalid, and what operators throw
 */
export function evaluateGraph(
  graph: Graph,
  feeds: readonly Tensor[],
  find: FindEvaluate,
): Map<string, Tensor> {
  const values = new Map(graph.constants);
  graph.inputs.forEach((input, index) => {
    const feed = feeds[index];
    if (feed === undefined || feed.data.length !== sizeOf(input.shape)) {
      throw refusal("SampleInvalid", {
        input: input.name,
        expectedElements: sizeOf(input.shape),
        actualElements: feed?.data.length ?? "none",
      });
    }
    values.set(input.name, feed);
  });
  const budget = elementBudget();
  for (const node of graph.nodes) {
    const outputs = evaluateNode({ node, opset: graph.opset, values, find });
    node.outputs.forEach((name, index) => {
      const output = outputs[index];
      if (name === "" || output === undefined) return;
      budget.take(node.name, output);
      values.set(name, output);
    });
  }
  return values;
}

/** Counts the elements of all values, so that many middle-sized ones are refused too. */
export function elementBudget(): { take(node: string, tensor: Tensor): void } {
  let elements = 0;
  return {
    take: (node, tensor) => {
      elements += tensor.data.length;
      if (elements <= LIMITS.totalElements) return;
      throw refusal("ModelTooLarge", { node, elements, limit: LIMITS.totalElements });
    },
  };
}

/** Runs one node; values holds all its inputs. */
export function evaluateNode({
  node,
  opset,
  values,
  find,
}: {
  readonly node: Node;
  readonly opset: number;
  readonly values: ReadonlyMap<string, Tensor>;
  readonly find: FindEvaluate;
}): readonly Tensor[] {
  const { body } = node;
  if (body !== undefined) return [runBody({ node, body, opset, values, find })];
  const evaluate = find(node.operator, node.name);
  const inputs = node.inputs.map((name) => (name === "" ? undefined : valueOf(name)));
  return evaluate(constantCall({ node, opset, inputs }), inputs).map(roundToType);

  function valueOf(name: string): Tensor {
    const value = values.get(name);
    if (value === undefined) throw refusal("ValueUndefined", { value: name, reader: node.name });
    return value;
  }
}

function runBody({
  node,
  body,
  opset,
  values,
  find,
}: {
  readonly node: Node;
  readonly body: FunctionBody;
  readonly opset: number;
  readonly values: ReadonlyMap<string, Tensor>;
  readonly find: FindEvaluate;
}): Tensor {
  const inner = new Map(body.constants);
  const read = (name: string): Tensor => {
    const value = inner.get(name) ?? values.get(name);
    if (value === undefined) throw refusal("ValueUndefined", { value: name, reader: node.name });
    return value;
  };
  for (const name of node.inputs) inner.set(name, read(name));
  for (const step of body.nodes) {
    const [output] = evaluateNode({ node: step, opset, values: inner, find });
    if (output !== undefined) inner.set(step.outputs[0] ?? "", output);
  }
  return read(node.outputs[0] ?? "");
}

/** A call all of whose inputs are known. */
export function constantCall({
  node,
  opset,
  inputs,
}: {
  readonly node: Node;
  readonly opset: number;
  readonly inputs: readonly (Tensor | undefined)[];
}): Call {
  const input = (index: number): Tensor => {
    const tensor = inputs[index];
    if (tensor === undefined) {
      throw refusal("InputInvalid", { node: node.name, operator: node.operator, missing: index });
    }
    return tensor;
  };
  return {
    name: node.name,
    operator: node.operator,
    opset,
    attributes: node.attributes,
    inputCount: inputs.length,
    outputCount: node.outputs.length,
    has: (index) => inputs[index] !== undefined,
    shape: (index) => input(index).shape,
    elementType: (index): ElementType => input(index).elementType,
    isConstant: () => true,
    constant: input,
  };
}

function roundToType(tensor: Tensor): Tensor {
  if (tensor.elementType !== "float32") return tensor;
  const data = tensor.data;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] ?? 0;
    if (Math.fround(value) !== value) {
      return { ...tensor, data: data.map((each) => Math.fround(each)) };
    }
  }
  return tensor;
}
