import type { ElementType } from "../onnx/elementType.ts";
import { sizeOf, type Tensor } from "../onnx/tensor.ts";
import { broadcastIndices, broadcastShape } from "./broadcast.ts";

/** f on every element. */
export function mapTensor(
  tensor: Tensor,
  f: (value: number) => number,
  elementType: ElementType = tensor.elementType,
): Tensor {
  return { elementType, shape: tensor.shape, data: tensor.data.map((value) => f(value)) };
}

/** f on the elements of several tensors under broadcasting. */
export function zipTensors({
  node,
  tensors,
  f,
  elementType,
}: {
  readonly node: string;
  readonly tensors: readonly Tensor[];
  readonly f: (values: readonly number[]) => number;
  readonly elementType: ElementType;
}): Tensor {
  const shape = broadcastShape(
    node,
    tensors.map((tensor) => tensor.shape),
  );
  const indices = tensors.map((tensor) => broadcastIndices(tensor.shape, shape));
  const data = new Float64Array(sizeOf(shape));
  const values = new Array<number>(tensors.length).fill(0);
  for (let i = 0; i < data.length; i++) {
    tensors.forEach((tensor, k) => {
      values[k] = tensor.data[indices[k]?.[i] ?? 0] ?? 0;
    });
    data[i] = f(values);
  }
  return { elementType, shape, data };
}

/** A tensor spread over a larger shape. */
export function broadcastData(tensor: Tensor, shape: readonly number[]): Float64Array {
  const indices = broadcastIndices(tensor.shape, shape);
  const data = new Float64Array(indices.length);
  for (let i = 0; i < data.length; i++) data[i] = tensor.data[indices[i] ?? 0] ?? 0;
  return data;
}
