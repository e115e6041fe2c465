import { broadcastIndices, broadcastShape, stridedIndices } from "../graph/broadcast.ts";
import type { Call } from "../graph/call.ts";
import { sizeOf, stridesOf } from "../onnx/tensor.ts";
import { axisOf, inPlace, invalidInput, listOf, movementOperator, range } from "./movement.ts";
import type { Family, Operator } from "./operator.ts";

/** Operators that only rename or permute axes. */
export const shapeFamily: Family = {
  Identity: reshaping((call) => call.shape(0)),
  Dropout: withMask(reshaping((call) => call.shape(0))),
  Reshape: reshaping(reshape),
  Flatten: reshaping(flatten),
  Squeeze: reshaping(squeeze),
  Unsqueeze: reshaping(unsqueeze),
  Transpose: movementOperator(1, (call) => [transpose(call)]),
  Expand: movementOperator(1, (call) => {
    const shape = broadcastShape(call.name, [call.shape(0), [...call.constant(1).data]]);
    return [{ shape, indices: broadcastIndices(call.shape(0), shape) }];
  }),
  Tile: movementOperator(1, (call) => [tile(call)]),
  DepthToSpace: movementOperator(1, (call) => [depthToSpace(call)]),
  SpaceToDepth: movementOperator(1, (call) => [spaceToDepth(call)]),
};

function reshaping(shapeOf: (call: Call) => readonly number[]): Operator {
  return movementOperator(1, (call) => {
    const shape = shapeOf(call);
    if (sizeOf(shape) !== sizeOf(call.shape(0))) {
      throw invalidInput(call, `[${call.shape(0).join(",")}] does not fill [${shape.join(",")}]`);
    }
    return [{ shape, indices: inPlace(shape) }];
  });
}

/** At inference Dropout keeps everything: its optional second output is all true. */
function withMask(identity: Operator): Operator {
  return {
    evaluate: (call, inputs) => {
      const [output] = identity.evaluate(call, inputs);
      if (output === undefined) return [];
      const mask = output.data.map(() => 1);
      return [output, { elementType: "bool", shape: output.shape, data: mask }];
    },
    lower: (call) => {
      if (call.outputCount > 1) throw invalidInput(call, "the mask of Dropout is not supported");
      return identity.lower(call);
    },
  };
}

function reshape(call: Call): number[] {
  const from = call.shape(0);
  const wanted = call.has(1) ? [...call.constant(1).data] : call.attributes.ints("shape");
  if (wanted === undefined) throw invalidInput(call, "no shape is given");
  const keepsZero = call.attributes.int("allowzero", 0) === 1;
  const shape = wanted.map((size, axis) => (size === 0 && !keepsZero ? (from[axis] ?? 0) : size));
  const open = shape.indexOf(-1);
  if (open >= 0) {
    const known = sizeOf(shape.filter((_, axis) => axis !== open));
    shape[open] = known === 0 ? 0 : sizeOf(from) / known;
  }
  return shape;
}

function flatten(call: Call): number[] {
  const shape = call.shape(0);
  const axis = call.attributes.int("axis", 1);
  const cut = axis < 0 ? axis + shape.length : axis;
  return [sizeOf(shape.slice(0, cut)), sizeOf(shape.slice(cut))];
}

function squeeze(call: Call): number[] {
  const shape = call.shape(0);
  const axes = listOf(call, "axes", 1)?.map((axis) => axisOf(call, axis, shape.length));
  if (axes?.some((axis) => shape[axis] !== 1)) {
    throw invalidInput(call, `axes ${axes.join(",")} of [${shape.join(",")}] are not all 1`);
  }
  return shape.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis)));
}

function unsqueeze(call: Call): number[] {
  const from = call.shape(0);
  const axes = listOf(call, "axes", 1) ?? [];
  const rank = from.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(call, axis, rank)));
  const rest = [...from];
  return range(rank).map((axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1)));
}

function transpose(call: Call): { shape: number[]; indices: Int32Array } {
  const from = call.shape(0);
  const order = call.attributes.ints("perm") ?? range(from.length).reverse();
  if (order.length !== from.length || new Set(order).size !== order.length) {
    throw invalidInput(call, `perm ${order.join(",")} is no permutation of ${from.length} axes`);
  }
  return permuted(from, order);
}

function permuted(
  from: readonly number[],
  order: readonly number[],
): { shape: number[]; indices: Int32Array } {
  const strides = stridesOf(from);
  const shape = order.map((axis) => from[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 0);
  return { shape, indices: stridedIndices(shape, steps, 0) };
}

function tile(call: Call): { shape: number[]; indices: Int32Array } {
  const from = call.shape(0);
  const repeats = [...call.constant(1).data];
  // [a, b] tiled by (r, s) is [1, a, 1, b] spread over [r, a, s, b].
  const split = from.flatMap((size) => [1, size]);
  const spread = from.flatMap((size, axis) => [repeats[axis] ?? 1, size]);
  const shape = from.map((size, axis) => size * (repeats[axis] ?? 1));
  return { shape, indices: broadcastIndices(split, spread) };
}

function depthToSpace(call: Call): { shape: number[]; indices: Int32Array } {
  const [n = 1, c = 1, h = 1, w = 1] = call.shape(0);
  const block = call.attributes.int("blocksize", 1);
  const depth = c / (block * block);
  const isColumns = call.attributes.string("mode", "DCR") === "CRD";
  const split = isColumns ? [n, depth, block, block, h, w] : [n, block, block, depth, h, w];
  const order = isColumns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return { ...permuted(split, order), shape: [n, depth, h * block, w * block] };
}

function spaceToDepth(call: Call): { shape: number[]; indices: Int32Array } {
  const [n = 1, c = 1, h = 1, w = 1] = call.shape(0);
  const block = call.attributes.int("blocksize", 1);
  const split = [n, c, h / block, block, w / block, block];
  const shape = [n, c * block * block, h / block, w / block];
  return { ...permuted(split, [0, 3, 5, 1, 2, 4]), shape };
}
