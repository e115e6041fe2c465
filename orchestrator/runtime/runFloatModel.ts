import { InferenceSession, type Tensor } from "onnxruntime-node";
import type { FloatTensor } from "../../circuits/compiler/conformance/floatReference.ts";
import { elementsOf, tensorOf } from "./floatTensor.ts";
import { SESSION_OPTIONS } from "./sessionOptions.ts";

/**
 * Runs a float model once: one flat array per graph output, in order. Rejects where onnxruntime
 * refuses the file.
 */
export async function runFloatModel(
  onnx: Uint8Array,
  inputs: readonly FloatTensor[],
): Promise<readonly Float64Array[]> {
  const session = await InferenceSession.create(onnx, SESSION_OPTIONS);
  try {
    const feeds: Record<string, Tensor> = {};
    for (const { name, elementType, shape, data } of inputs) {
      feeds[name] = tensorOf(elementType, data, shape);
    }
    const results = await session.run(feeds);
    return session.outputNames.map((name) => elementsOf(results[name]));
  } finally {
    await session.release();
  }
}
