import { sizeOf, stridesOf } from "../onnx/tensor.ts";
import { refusal } from "../refusal.ts";

/**
 * The common shape of tensors under ONNX's multidirectional broadcasting.
 * @throws CompilerError InputInvalid
 */
export function broadcastShape(node: string, shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((dimension, axis) => {
      const at = axis + rank - shape.length;
      const other = result[at] ?? 1;
      if (other !== dimension && other !== 1 && dimension !== 1) {
        throw refusal("InputInvalid", {
          node,
          shapes: shapes.map((each) => `[${each.join(",")}]`).join(" and "),
          cause: "cannot be broadcast",
        });
      }
      if (other === 1) result[at] = dimension;
    });
  }
  return result;
}

/** For each element of shape `to`, the element of shape `from` that broadcasting puts there. */
export function broadcastIndices(from: readonly number[], to: readonly number[]): Int32Array {
  const strides = stridesOf(from);
  const offset = to.length - from.length;
  const steps = to.map((_, axis) => {
    const dimension = from[axis - offset] ?? 1;
    return axis < offset || dimension === 1 ? 0 : (strides[axis - offset] ?? 0);
  });
  return stridedIndices(to, steps, 0);
}

/** Row-major walk over `shape` where a step along an axis moves by its entry of `steps`. */
export function stridedIndices(
  shape: readonly number[],
  steps: readonly number[],
  start: number,
): Int32Array {
  const indices = new Int32Array(sizeOf(shape));
  const counter = new Array<number>(shape.length).fill(0);
  let position = start;
  for (let i = 0; i < indices.length; i++) {
    indices[i] = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      counter[axis] = (counter[axis] ?? 0) + 1;
      position += steps[axis] ?? 0;
      if ((counter[axis] ?? 0) < (shape[axis] ?? 0)) break;
      position -= (steps[axis] ?? 0) * (shape[axis] ?? 0);
      counter[axis] = 0;
    }
  }
  return indices;
}
