import type { IntegerModel } from "../integer/integerModel.ts";
import { sourcesOf } from "../integer/operation.ts";
import type { Emitted } from "./emitter.ts";
import { emitterOf } from "./emitters.ts";
import { encodeGraph } from "./encodeGraph.ts";
import { GraphWriter } from "./graphWriter.ts";

/**
 * The integer model as an ONNX file with the same outputs to the bit on any runtime whose int64
 * operators are exact and whose float32 products and sums are IEEE's: float32 occurs only in MatMul
 * and only where no partial sum can reach 2^24. Inputs `input0`, `input1`, … and outputs `output0`,
 * … are int64 tensors in the model's order; inputs must lie in the range of their element type.
 */
export function exportModel(model: IntegerModel): Uint8Array {
  const graph = new GraphWriter();
  const inputs = new Map(model.inputs.map((input, index) => [input.value, `input${index}`]));
  const emitted: Emitted[] = [];
  model.operations.forEach((operation, id) => {
    const value = valueAt(model.values, id);
    const sources = sourcesOf(operation).map((source) => valueAt(emitted, source));
    const name =
      operation.kind === "input"
        ? valueAt(inputs, id)
        : emitterOf(operation.kind)({ graph, operation, sources, result: value });
    emitted.push({ name, value });
  });
  const outputs = model.outputs.map(({ value, shape }, index) => {
    const port = { name: `output${index}`, shape };
    // One value may be several outputs, or an input: each gets a tensor of its own name.
    graph.alias(valueAt(emitted, value).name, port.name);
    return port;
  });
  return encodeGraph(graph, {
    inputs: model.inputs.map((input) => ({
      name: valueAt(inputs, input.value),
      shape: input.shape,
    })),
    outputs,
  });
}

function valueAt<T>(values: readonly T[] | ReadonlyMap<number, T>, id: number): T {
  const value = "get" in values ? values.get(id) : values[id];
  if (value === undefined) throw new RangeError(`the model has no value ${id}`);
  return value;
}
