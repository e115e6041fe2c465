import { expandGraph } from "../graph/expandGraph.ts";
import { evaluateGraph } from "../graph/evaluateGraph.ts";
import { bindGraph } from "../graph/bindGraph.ts";
import { findEvaluate, findExpand } from "../lower/registry.ts";
import type { ElementType } from "../onnx/elementType.ts";
import { readModel } from "../onnx/readModel.ts";
import type { ConformanceCase } from "./readCase.ts";

/** A tensor for the float model. Booleans are 0 and 1. */
export interface FloatTensor {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * Runs a float model elsewhere (onnxruntime): one flat array per graph output, in order. Rejects
 * where it refuses the file.
 */
export type FloatReference = (
  onnx: Uint8Array,
  inputs: readonly FloatTensor[],
) => Promise<readonly Float64Array[]>;

/** Where the expected outputs of a model come from. */
export type ReferenceSource = "onnxruntime" | "output_data" | "float evaluation";

export interface ReferenceOutputs {
  readonly outputs: readonly ArrayLike<number>[];
  readonly source: ReferenceSource;
}

/**
 * The yardstick for one model: onnxruntime; where it refuses the file the suite's own outputs; where
 * it has none, or they contradict the model, the float semantics of the ONNX specification as we
 * evaluate them.
 */
export async function referenceOutputs(
  suiteCase: ConformanceCase,
  reference: FloatReference,
): Promise<ReferenceOutputs> {
  const bound = bindGraph(readModel(suiteCase.onnx));
  const inputs = bound.inputs.map(({ name, elementType, shape }, index) => ({
    name,
    elementType,
    shape,
    data: Float64Array.from(suiteCase.input[index] ?? []),
  }));
  try {
    return { outputs: await reference(suiteCase.onnx, inputs), source: "onnxruntime" };
  } catch {
    // Refused: the suite has five files that onnxruntime 1.30 will not load.
  }
  const graph = expandGraph({ graph: bound, feeds: inputs, find: findEvaluate, findExpand });
  const values = evaluateGraph(graph, inputs, findEvaluate);
  const outputs = graph.outputs.map((name) => values.get(name)?.data ?? new Float64Array());
  const { expected } = suiteCase;
  // Some files carry outputs of other weights; those say nothing about this model.
  return expected !== undefined && agree(expected, outputs)
    ? { outputs: expected, source: "output_data" }
    : { outputs, source: "float evaluation" };
}

function agree(
  expected: readonly (readonly number[])[],
  outputs: readonly Float64Array[],
): boolean {
  return outputs.every((output, at) => {
    const right = expected[at];
    if (right?.length !== output.length) return false;
    const error = output.reduce((sum, value, i) => sum + Math.abs(value - (right[i] ?? 0)), 0);
    return error <= 0.01 * right.reduce((sum, value) => sum + Math.abs(value), 0);
  });
}
