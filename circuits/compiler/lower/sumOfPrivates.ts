import { broadcastIndices, broadcastShape } from "../graph/broadcast.ts";
import { isFloat } from "../onnx/elementType.ts";
import { sizeOf } from "../onnx/tensor.ts";
import { fromSum, moveLinear, scaleLinear, type Fixed, type Linear } from "../quantize/linear.ts";
import { emitWide } from "../quantize/emit.ts";
import { formatOf } from "../quantize/format.ts";
import { range } from "./movement.ts";
import type { Lowering, Private } from "./operator.ts";
import { gatherOrZero } from "./weightedSum.ts";

export interface Term {
  readonly linear: Linear | undefined;
  readonly factor: number;
}

/**
 * Σ factor · term under broadcasting. Constants only move offsets; several private terms become one
 * deferred sum over their integers, so that the addition costs nothing and later scales fold in.
 */
export function addAll(call: Lowering, terms: readonly Term[], precision?: number): Linear {
  const given = terms.flatMap(({ linear, factor }) =>
    linear === undefined || factor === 0 ? [] : [{ linear, factor }],
  );
  const shape = broadcastShape(
    call.name,
    terms.flatMap(({ linear }) => (linear === undefined ? [] : [linear.shape])),
  );
  const spread = given.map(({ linear, factor }) => {
    const indices = broadcastIndices(linear.shape, shape);
    return scaleLinear(moveLinear({ sources: [linear], shape, indices }), factor);
  });
  const constant = new Float64Array(sizeOf(shape));
  const privates: Linear[] = [];
  for (const term of spread) {
    if (term.indices.every((index) => index < 0)) {
      term.offsets.forEach((offset, i) => (constant[i] = (constant[i] ?? 0) + offset));
    } else {
      privates.push(term);
    }
  }
  const [first, ...others] = privates;
  if (first === undefined)
    return { ...scaleLinear(spread[0] ?? empty(shape), 0), offsets: constant };
  const sum =
    others.length === 0
      ? first
      : sumOf({
          call,
          terms: privates,
          shape,
          precision: precision ?? call.outputFormat(0).fractionBits,
        });
  return masked(call, scaleLinear(sum, 1, constant), constant);
}

/** Masks are this far below zero, and this many times everything they are added to. */
const MASK = -9999;
const MASK_FACTOR = 40;

/**
 * Where a constant addend is a mask, the sum is −∞ for whoever reads it: the sum itself would only
 * cost bits, since it saturates. Not where the result's own range counts such values (outputs do).
 */
function masked(call: Lowering, linear: Linear, constant: Float64Array): Linear {
  if (!isFloat(call.outputType(0)) || constant.every((value) => value > MASK)) return linear;
  const ranges = range(call.inputCount).flatMap((i) =>
    call.has(i) && !call.isConstant(i) ? [call.input(i).range] : [],
  );
  const largest = Math.max(...ranges.map(({ low, high }) => Math.max(-low, high)));
  const { low } = call.outputRange(0);
  const keep = (i: number): boolean => {
    const value = constant[i] ?? 0;
    if (value === -Infinity) return false;
    return value > MASK || -value < MASK_FACTOR * largest || low < value / 2;
  };
  return {
    ...linear,
    indices: linear.indices.map((index, i) => (keep(i) ? index : -1)),
    multipliers: linear.multipliers.map((value, i) => (keep(i) ? value : 0)),
    offsets: linear.offsets.map((value, i) => (keep(i) ? value : -Infinity)),
  };
}

function empty(shape: readonly number[]): Linear {
  const size = sizeOf(shape);
  return {
    shape,
    cores: [],
    indices: new Int32Array(size).fill(-1),
    multipliers: new Float64Array(size),
    offsets: new Float64Array(size),
  };
}

function sumOf({
  call,
  terms,
  shape,
  precision,
}: {
  readonly call: Lowering;
  readonly terms: readonly Linear[];
  readonly shape: readonly number[];
  readonly precision: number;
}): Linear {
  const fixed = terms.map((linear) => settle(call, linear, precision));
  const size = sizeOf(shape);
  const depth = fixed.length;
  const indices = new Int32Array(size * depth);
  for (let i = 0; i < indices.length; i++) indices[i] = (i % depth) * size + Math.floor(i / depth);
  const source = gatherOrZero(
    call,
    fixed.map(({ value }) => value),
    indices,
    [size, depth],
  );
  const weights = Float64Array.from(fixed, ({ fractionBits }) => 2 ** -fractionBits);
  return fromSum({ kind: "sum", source, weights, bias: new Float64Array(1) }, shape);
}

function settle(call: Lowering, linear: Linear, precision: number): Fixed {
  return emitWide({ builder: call.builder, linear, precision, label: call.name });
}

/** a − b as integers of one scale, for whoever needs its sign: finer than either is rounded. */
export function difference(call: Lowering, a: Private, b: Private): Fixed {
  const bits = call.activationBits + COMPARE_GUARD;
  const precision = Math.max(...[a, b].map(({ range }) => formatOf(range, bits).fractionBits));
  const terms = [
    { linear: a.linear, factor: 1 },
    { linear: b.linear, factor: -1 },
  ];
  return settle(call, addAll(call, terms, precision), precision);
}

/** More bits where a comparison may tip over than where a value is only rounded. */
const COMPARE_GUARD = 4;
