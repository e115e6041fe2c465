import { InferenceSession, Tensor } from "onnxruntime-node";
import { exportModel } from "../../circuits/compiler/export/exportModel.ts";
import type { IntegerModel } from "../../circuits/compiler/integer/integerModel.ts";
import { interpret } from "../../circuits/compiler/integer/interpret.ts";
import { SESSION_OPTIONS } from "./sessionOptions.ts";

/** A warm integer model: one array per input in, one per output out. */
export interface IntegerSession {
  run(inputs: readonly Float64Array[]): Promise<readonly Float64Array[]>;
  release(): Promise<void>;
}

/**
 * The model in onnxruntime. The graph is exported here from the integer model, not read from the
 * release: a publisher's file could answer the known answers rightly and others not.
 */
export async function openOnnxSession(model: IntegerModel): Promise<IntegerSession> {
  const session = await InferenceSession.create(exportModel(model), SESSION_OPTIONS);
  return {
    async run(inputs) {
      const feeds = model.inputs.map(({ shape }, index) => {
        const elements = BigInt64Array.from(inputs[index] ?? [], BigInt);
        return [`input${index}`, new Tensor("int64", elements, shape)] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      return model.outputs.map((_, index) => integers(results[`output${index}`]));
    },
    release: () => session.release(),
  };
}

/** The model in the reference interpreter, for releases that no device runs exactly. */
export function openInterpreter(model: IntegerModel): IntegerSession {
  return {
    run: (inputs) => Promise.resolve(interpret(model, inputs)),
    release: () => Promise.resolve(),
  };
}

function integers(tensor: Tensor | undefined): Float64Array {
  const data = tensor?.data;
  if (!(data instanceof BigInt64Array)) throw new TypeError("an output is no int64 tensor");
  return Float64Array.from(data, Number);
}
