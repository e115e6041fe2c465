import type { OnnxModel, ValueInfo } from "../onnx/model.ts";
import { refusal } from "../refusal.ts";
import type { Graph, GraphInput } from "./graph.ts";

/**
 * Fixes the shapes of a model's inputs: the batch (an open first dimension) is 1, other open
 * dimensions take the value given for their name.
 * @param dimensions values for named dimensions, at least 1
 * @throws CompilerError ShapeDynamic
 */
export function bindGraph(
  model: OnnxModel,
  dimensions: Readonly<Record<string, number>> = {},
): Graph {
  const batchNames = new Set(
    model.inputs
      .map((input) => input.dimensions?.[0])
      .filter((name): name is string => typeof name === "string" && name !== ""),
  );
  return {
    opset: model.opset,
    inputs: model.inputs.map((input) => bindInput(input, batchNames, dimensions)),
    outputs: model.outputs.map(({ name }) => name),
    constants: model.initializers,
    nodes: model.nodes,
  };
}

function bindInput(
  input: ValueInfo,
  batchNames: ReadonlySet<string>,
  dimensions: Readonly<Record<string, number>>,
): GraphInput {
  if (input.dimensions === undefined) {
    throw refusal("ShapeDynamic", { input: input.name, dimension: "no shape at all" });
  }
  const shape = input.dimensions.map((dimension, axis) => {
    if (typeof dimension === "number") return dimension;
    const given = dimension === null ? undefined : dimensions[dimension];
    if (given !== undefined && Number.isSafeInteger(given) && given >= 1) return given;
    if (axis === 0 || (dimension !== null && batchNames.has(dimension))) return 1;
    throw refusal("ShapeDynamic", { input: input.name, axis, dimension: dimension ?? "unnamed" });
  });
  return { name: input.name, elementType: input.elementType, shape };
}
