import { evaluateGraph } from "../graph/evaluateGraph.ts";
import { bindGraph } from "../graph/bindGraph.ts";
import { findEvaluate } from "../lower/registry.ts";
import type { ElementType } from "../onnx/elementType.ts";
import { readModel } from "../onnx/readModel.ts";
import type { Tensor } from "../onnx/tensor.ts";
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
 * it has none, the float semantics of the ONNX specification as we evaluate them.
 */
export async function referenceOutputs(
  suiteCase: ConformanceCase,
  reference: FloatReference,
): Promise<ReferenceOutputs> {
  const graph = bindGraph(readModel(suiteCase.onnx));
  const inputs = graph.inputs.map(({ name, elementType, shape }, index) => ({
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
  if (suiteCase.expected !== undefined) {
    return { outputs: suiteCase.expected, source: "output_data" };
  }
  const values = evaluateGraph(graph, inputs, findEvaluate);
  const outputs = graph.outputs.map(
    (name): Tensor["data"] => values.get(name)?.data ?? new Float64Array(),
  );
  return { outputs, source: "float evaluation" };
}
