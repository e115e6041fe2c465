import { InferenceSession, Tensor } from "onnxruntime-node";
import type { FloatTensor } from "../../../circuits/compiler/conformance/floatReference.ts";

/** Runs a float model in onnxruntime on the CPU, without its graph optimizations. */
export async function ortReference(
  onnx: Uint8Array,
  inputs: readonly FloatTensor[],
): Promise<readonly Float64Array[]> {
  const session = await InferenceSession.create(onnx, {
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 4,
  });
  try {
    const feeds = Object.fromEntries(inputs.map((input) => [input.name, toOrt(input)]));
    const results = await session.run(feeds);
    return session.outputNames.map((name) => fromOrt(results[name]));
  } finally {
    await session.release();
  }
}

function toOrt({ elementType, shape, data }: FloatTensor): Tensor {
  switch (elementType) {
    case "float32":
      return new Tensor("float32", Float32Array.from(data), shape);
    case "float64":
      return new Tensor("float64", Float64Array.from(data), shape);
    case "bool":
      return new Tensor("bool", Uint8Array.from(data), shape);
    case "uint8":
      return new Tensor("uint8", Uint8Array.from(data), shape);
    case "int8":
      return new Tensor("int8", Int8Array.from(data), shape);
    case "int32":
      return new Tensor("int32", Int32Array.from(data), shape);
    case "int64":
      return new Tensor("int64", BigInt64Array.from(data, BigInt), shape);
    default:
      throw new TypeError(`no onnxruntime tensor of ${elementType} here`);
  }
}

function fromOrt(tensor: Tensor | undefined): Float64Array {
  if (tensor === undefined) throw new TypeError("onnxruntime gave no such output");
  return Float64Array.from(tensor.data as ArrayLike<number>, Number);
}
