import assert from "node:assert/strict";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { exportModel } from "../../../circuits/compiler/export/exportModel.ts";
import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";

export type Run = (inputs: readonly Float64Array[]) => Promise<readonly Float64Array[]>;

/** The exported model in onnxruntime. */
export async function openExport(model: IntegerModel): Promise<Run> {
  const session = await InferenceSession.create(exportModel(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return async (inputs) => {
    const feeds = model.inputs.map(({ shape }, index) => {
      const data = BigInt64Array.from(inputs[index] ?? [], BigInt);
      return [`input${index}`, new Tensor("int64", data, shape)] as const;
    });
    const results = await session.run(Object.fromEntries(feeds));
    return model.outputs.map((_, index) => {
      const data = results[`output${index}`]?.data;
      assert(data instanceof BigInt64Array);
      return Float64Array.from(data, Number);
    });
  };
}
