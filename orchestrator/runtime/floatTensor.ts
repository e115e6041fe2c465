import { Tensor } from "onnxruntime-node";

/**
 * Numbers as a tensor of the type onnxruntime wants.
 * @throws TypeError for types float models of ours do not have
 */
export function tensorOf(
  type: string | undefined,
  elements: Float64Array,
  shape: readonly number[],
): Tensor {
  switch (type) {
    case "float32":
      return new Tensor("float32", Float32Array.from(elements), shape);
    case "float64":
      return new Tensor("float64", elements, shape);
    case "int64":
      return new Tensor("int64", BigInt64Array.from(elements, BigInt), shape);
    case "int32":
      return new Tensor("int32", Int32Array.from(elements), shape);
    case "uint8":
      return new Tensor("uint8", Uint8Array.from(elements), shape);
    case "int8":
      return new Tensor("int8", Int8Array.from(elements), shape);
    case "bool":
      return new Tensor("bool", Uint8Array.from(elements), shape);
    default:
      throw new TypeError(`float models with ${type ?? "unknown"} inputs are not run`);
  }
}

/** The elements of a numeric tensor; 64-bit integers beyond 2^53 lose their last bits. */
export function elementsOf(tensor: Tensor | undefined): Float64Array {
  const data = tensor?.data;
  if (data === undefined || Array.isArray(data)) throw new TypeError("an output is no tensor");
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}
