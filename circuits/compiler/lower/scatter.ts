import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import { sizeOf, stridesOf, type Tensor } from "../onnx/tensor.ts";
import { fromFixed, moveLinear, scaleLinear, type Linear } from "../quantize/linear.ts";
import { elementStart } from "./gather.ts";
import { axisOf, inPlace, invalidInput, range, unsupportedForm } from "./movement.ts";
import { indexValue, oneHot } from "./oneHot.ts";
import type { Family, Lowering } from "./operator.ts";
import { addAll } from "./sumOfPrivates.ts";

/** Writing into a tensor by index, and one-hot rows. */
export const scatterFamily: Family = {
  ScatterElements: {
    evaluate: (call) => [scatterTensor(call, elementTargets(call))],
    lower: (call) =>
      call.isConstant(1) ? [scatterConstant(call, elementTargets(call))] : [scatterPrivate(call)],
  },
  Scatter: {
    evaluate: (call) => [scatterTensor(call, elementTargets(call))],
    lower: (call) => [scatterConstant(call, elementTargets(call))],
  },
  ScatterND: {
    evaluate: (call) => [scatterTensor(call, tupleTargets(call))],
    lower: (call) => [scatterConstant(call, tupleTargets(call))],
  },
  OneHot: {
    evaluate: (call) => [oneHotTensor(call)],
    lower: (call) => [oneHotRows(call)],
  },
};

/** For each update in order, the element of the data it writes. */
function elementTargets(call: Call): Int32Array {
  const data = call.shape(0);
  const { shape, data: given } = call.constant(1);
  const axis = axisOf(call, call.attributes.int("axis", 0), data.length);
  const strides = stridesOf(data);
  const size = data[axis] ?? 1;
  return inPlace(shape).map((at) => {
    const index = given[at] ?? 0;
    const k = index < 0 ? index + size : index;
    if (k < 0 || k >= size) throw invalidInput(call, `index ${index} of ${size}`);
    return elementStart(at, { shape, strides, axis }) + k * (strides[axis] ?? 1);
  });
}

function tupleTargets(call: Call): Int32Array {
  const data = call.shape(0);
  const { shape, data: given } = call.constant(1);
  const length = shape.at(-1) ?? 1;
  const strides = stridesOf(data);
  const inner = sizeOf(data.slice(length));
  const targets = new Int32Array(sizeOf(shape.slice(0, -1)) * inner);
  for (let i = 0; i < targets.length; i++) {
    const tuple = Math.floor(i / inner);
    let element = i % inner;
    for (let at = 0; at < length; at++) {
      const index = given[tuple * length + at] ?? 0;
      const size = data[at] ?? 1;
      const k = index < 0 ? index + size : index;
      if (k < 0 || k >= size) throw invalidInput(call, `index ${index} of ${size}`);
      element += k * (strides[at] ?? 1);
    }
    targets[i] = element;
  }
  return targets;
}

function reductionOf(call: Call): (old: number, update: number) => number {
  const name = call.attributes.string("reduction", "none");
  switch (name) {
    case "none":
      return (_, update) => update;
    case "add":
      return (old, update) => old + update;
    case "mul":
      return (old, update) => old * update;
    case "max":
      return Math.max;
    case "min":
      return Math.min;
    default:
      throw invalidInput(call, `reduction ${name}`);
  }
}

function scatterTensor(call: Call, targets: Int32Array): Tensor {
  const source = call.constant(0);
  const updates = call.constant(2).data;
  const combine = reductionOf(call);
  const data = source.data.slice();
  targets.forEach((target, i) => {
    data[target] = combine(data[target] ?? 0, updates[i] ?? 0);
  });
  return { ...source, data };
}

function scatterConstant(call: Lowering, targets: Int32Array): Linear {
  const [data, updates] = [call.input(0).linear, call.input(2).linear];
  const size = data.indices.length;
  const reduction = call.attributes.string("reduction", "none");
  if (reduction === "none") {
    const indices = inPlace(data.shape);
    targets.forEach((target, i) => (indices[target] = size + i));
    return moveLinear({ sources: [data, updates], shape: data.shape, indices });
  }
  if (reduction !== "add" || new Set(targets).size !== targets.length) {
    const found = reduction === "add" ? "several additions to one element" : reduction;
    throw unsupportedForm(
      call,
      `reduction ${found}`,
      "reduction none, or add to distinct elements",
    );
  }
  const indices = new Int32Array(size).fill(-1);
  targets.forEach((target, i) => (indices[target] = i));
  const spread = moveLinear({ sources: [updates], shape: data.shape, indices });
  return addAll(call, [
    { linear: data, factor: 1 },
    { linear: spread, factor: 1 },
  ]);
}

/**
 * Private indices: update after update, every element it may hit moves to
 * old + hit · (update − old). Updates of different lines of the axis go in one step.
 */
function scatterPrivate(call: Lowering): Linear {
  if (call.attributes.string("reduction", "none") !== "none") {
    throw unsupportedForm(call, "a reduction at private indices", "reduction none");
  }
  const { builder, name: label } = call;
  const shape = call.shape(1);
  const data = call.shape(0);
  const axis = axisOf(call, call.attributes.int("axis", 0), data.length);
  const strides = stridesOf(data);
  const size = data[axis] ?? 1;
  const { elementType } = call.input(0);
  const joined = moveLinear({
    sources: [call.input(0).linear, call.input(2).linear],
    shape: [sizeOf(data) + sizeOf(shape)],
    indices: range(sizeOf(data) + sizeOf(shape)),
  });
  const fixed = call.narrow({ linear: joined, elementType, range: call.outputRange(0) });
  const chosen = oneHot(call, indexValue(call, call.input(1), size), size);
  const part = (source: Value, indices: Int32Array): Value =>
    builder.gather({ sources: [source], shape: [indices.length], indices, label });
  let current = part(fixed.value, inPlace(data));
  const stride = stridesOf(shape)[axis] ?? 1;
  for (let step = 0; step < (shape[axis] ?? 1); step++) {
    const turn = inPlace(shape).filter(
      (at) => Math.floor(at / stride) % (shape[axis] ?? 1) === step,
    );
    const places = Int32Array.from({ length: turn.length * size }, (_, i) => {
      const start = elementStart(turn[Math.floor(i / size)] ?? 0, { shape, strides, axis });
      return start + (i % size) * (strides[axis] ?? 1);
    });
    const of = (from: (at: number, k: number) => number): Int32Array =>
      Int32Array.from({ length: places.length }, (_, i) =>
        from(turn[Math.floor(i / size)] ?? 0, i % size),
      );
    const hit = part(
      chosen,
      of((at, k) => at * size + k),
    );
    const update = part(
      fixed.value,
      of((at) => sizeOf(data) + at),
    );
    const old = part(current, places);
    const gap = builder.add({
      a: update,
      b: builder.affine({ source: old, multipliers: -1, label }),
      label,
    });
    const moved = builder.add({ a: old, b: builder.product({ a: hit, b: gap, label }), label });
    const order = inPlace(data);
    places.forEach((place, i) => (order[place] = sizeOf(data) + i));
    const sources = [current, moved];
    current = builder.gather({ sources, shape: [sizeOf(data)], indices: order, label });
  }
  return fromFixed({ ...fixed, value: current }, data);
}

function oneHotTensor(call: Call): Tensor {
  const { shape, axis, size } = oneHotShape(call);
  const indices = call.constant(0).data;
  const [off = 0, on = 1] = call.constant(2).data;
  const inner = sizeOf(shape.slice(axis + 1));
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const k = Math.floor(i / inner) % size;
    const index = indices[Math.floor(i / (inner * size)) * inner + (i % inner)] ?? 0;
    return index === k || index + size === k ? on : off;
  });
  return { elementType: call.constant(2).elementType, shape, data };
}

function oneHotShape(call: Call) {
  const size = call.constant(1).data[0] ?? 1;
  const source = call.shape(0);
  const axis = axisOf(call, call.attributes.int("axis", -1), source.length + 1);
  return { shape: [...source.slice(0, axis), size, ...source.slice(axis)], axis, size };
}

/** Indices outside −size…size − 1 give a row of `off`. */
function oneHotRows(call: Lowering): Linear {
  const { builder, name: label } = call;
  const { shape, axis, size } = oneHotShape(call);
  const [off = 0, on = 1] = call.constant(2).data;
  const { value } = call.wide(call.input(0));
  const isNonNegative = value.low.every((low) => low >= 0);
  const index = isNonNegative
    ? value
    : builder.add({
        a: value,
        b: builder.affine({
          source: builder.isNegative({ source: value, label }),
          multipliers: size,
          label,
        }),
        label,
      });
  const rows = fromFixed({ value: oneHot(call, index, size), fractionBits: 0 });
  const inner = sizeOf(shape.slice(axis + 1));
  const indices = Int32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const row = Math.floor(i / (inner * size)) * inner + (i % inner);
    return row * size + (Math.floor(i / inner) % size);
  });
  const moved = moveLinear({ sources: [rows], shape, indices });
  return scaleLinear(moved, on - off, off);
}
