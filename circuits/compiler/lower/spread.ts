import { broadcastIndices } from "../graph/broadcast.ts";
import { moveLinear, type Linear } from "../quantize/linear.ts";

/** A tensor under broadcasting to a larger shape. */
export function spread(linear: Linear, shape: readonly number[]): Linear {
  return moveLinear({ sources: [linear], shape, indices: broadcastIndices(linear.shape, shape) });
}
