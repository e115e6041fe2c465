import { broadcastIndices, broadcastShape } from "../graph/broadcast.ts";
import { isFloat } from "../onnx/elementType.ts";
import { sizeOf } from "../onnx/tensor.ts";
import { fromSum, moveLinear, scaleLinear, type Fixed, type Linear } from "../quantize/linear.ts";
import { emitWide } from "../quantize/emit.ts";
import { formatOf } from "../quantize/format.ts";
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

/** Addends so far below everything else are masks: what they are added to is −∞ for whoever reads it. */
const MASK = 64;

function masked(call: Lowering, linear: Linear, constant: Float64Array): Linear {
  const limit = call.outputRange(0).low - MASK;
  if (!isFloat(call.outputType(0)) || constant.every((value) => value >= limit)) return linear;
  const keep = (i: number): boolean => (constant[i] ?? 0) >= limit;
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
