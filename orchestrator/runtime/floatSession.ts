import { InferenceSession } from "onnxruntime-node";
import { readModel } from "../../circuits/compiler/onnx/readModel.ts";
import type { ManifestTensor } from "../../sdk/protocol/manifest.ts";
import type { FloatDifference } from "../domain/ports.ts";
import { elementsOf, tensorOf } from "./floatTensor.ts";
import { SESSION_OPTIONS } from "./sessionOptions.ts";

/** The publisher's float model, warm, to be compared with the integer model's outputs. */
export interface FloatSession {
  /** Distance of the integer outputs from the float model's, in real units. */
  difference(
    inputs: readonly Float64Array[],
    outputs: readonly Float64Array[],
  ): Promise<FloatDifference>;
  release(): Promise<void>;
}

/**
 * Opens the float model after our own reader has checked the file (size, opset, external data,
 * custom operators): onnxruntime alone would follow a path in it.
 * @throws CompilerError for a file the reader refuses; Error for one onnxruntime cannot run
 */
export async function openFloatSession(release: {
  readonly floatModel: Uint8Array;
  readonly inputs: readonly ManifestTensor[];
  readonly outputs: readonly ManifestTensor[];
}): Promise<FloatSession> {
  readModel(release.floatModel);
  const session = await InferenceSession.create(release.floatModel, SESSION_OPTIONS);
  const types = new Map(
    session.inputMetadata.map((each) => [each.name, each.isTensor ? each.type : undefined]),
  );
  return {
    async difference(inputs, outputs) {
      const feeds = release.inputs.map((schema, index) => {
        const elements = reals(inputs[index] ?? new Float64Array(), schema);
        return [schema.name, tensorOf(types.get(schema.name), elements, schema.shape)] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      return compare(
        release.outputs.map((schema, index) => ({
          expected: elementsOf(results[schema.name]),
          actual: reals(outputs[index] ?? new Float64Array(), schema),
        })),
      );
    },
    release: () => session.release(),
  };
}

function reals(integers: Float64Array, { fractionBits }: ManifestTensor): Float64Array {
  return integers.map((integer) => integer / 2 ** fractionBits);
}

function compare(
  outputs: readonly { readonly expected: Float64Array; readonly actual: Float64Array }[],
): FloatDifference {
  let maximum = 0;
  let sum = 0;
  let count = 0;
  for (const { expected, actual } of outputs) {
    if (expected.length !== actual.length) throw new RangeError("the outputs differ in length");
    actual.forEach((value, index) => {
      const difference = Math.abs(value - (expected[index] ?? 0));
      maximum = Math.max(maximum, difference);
      sum += difference;
    });
    count += actual.length;
  }
  return { maximum, mean: sum / Math.max(1, count) };
}
