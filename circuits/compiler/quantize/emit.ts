import type { IntegerBuilder } from "../integer/integerBuilder.ts";
import type { Value } from "../integer/integerModel.ts";
import { refusal } from "../refusal.ts";
import { emitSum, type Emitted, type Use } from "./foldSum.ts";
import type { Format } from "./format.ts";
import { coreSize, type Fixed, type Linear } from "./linear.ts";
import { exactBits, magnitudeOf, roundTo } from "./precision.ts";

interface Target {
  readonly builder: IntegerBuilder;
  readonly linear: Linear;
  readonly label: string;
}

/** A piece of the tensor: integers at their own scale, and where each goes. */
interface Piece {
  readonly value: Value;
  readonly fractionBits: number;
  readonly positions: Int32Array;
  /** Element of `value` for each position. */
  readonly slots: Int32Array;
}

/**
 * Emits a tensor as integers of one scale, nothing rounded but constants. No rows.
 * @param precision fraction bits that the result should be right to
 */
export function emitWide({
  builder,
  linear,
  label,
  precision,
}: Target & { readonly precision: number }): Fixed {
  const pieces = emitPieces({ builder, linear, label, precision });
  const constants = constantPart(linear);
  const fractionBits = Math.max(
    pieces.length === 0 ? -Infinity : Math.max(...pieces.map((piece) => piece.fractionBits)),
    exactBits([constants.values], Math.max(0, precision)),
  );
  const aligned = pieces.map((piece) => ({
    ...piece,
    value: shiftUp(builder, piece.value, fractionBits - piece.fractionBits, label),
  }));
  const value = assemble({ builder, linear, label, pieces: aligned, constants, fractionBits });
  return { value, fractionBits };
}

/**
 * Emits a tensor in a format: rounded to its fraction bits and saturated to its bounds, where the
 * proven interval does not already say so. Where the numbers are exact at fewer fraction bits than
 * the format has, the result keeps those.
 */
export function emitNarrow({
  builder,
  linear,
  label,
  format,
  atLeast = 0,
}: Target & {
  readonly format: Format;
  /** Fraction bits that the bounds themselves need. */
  readonly atLeast?: number;
}): Fixed {
  const pieces = emitPieces({ builder, linear, label, precision: format.fractionBits });
  const constants = constantPart(linear);
  const exact = Math.max(
    atLeast,
    ...pieces.map((piece) => piece.fractionBits),
    exactBits([constants.values], format.fractionBits),
  );
  const fractionBits = Math.min(format.fractionBits, exact);
  const drop = 2 ** (format.fractionBits - fractionBits);
  const low = Math.ceil(format.low / drop);
  const high = Math.floor(format.high / drop);
  const narrowed = pieces.map((piece) => ({
    ...piece,
    value: rescaleTo({
      builder,
      value: shiftUp(builder, piece.value, fractionBits - piece.fractionBits, label),
      shift: Math.max(0, piece.fractionBits - fractionBits),
      low,
      high,
      label,
    }),
  }));
  const value = assemble({
    builder,
    linear,
    label,
    pieces: narrowed,
    constants: { ...constants, low, high },
    fractionBits,
  });
  return { value, fractionBits };
}

/** Rounds and saturates; nothing is emitted where it would change nothing. */
export function rescaleTo({
  builder,
  value,
  shift,
  low,
  high,
  label,
}: {
  readonly builder: IntegerBuilder;
  readonly value: Value;
  readonly shift: number;
  readonly low: number;
  readonly high: number;
  readonly label: string;
}): Value {
  const scale = 2 ** shift;
  const lowest = Math.floor(smallest(value.low) / scale + 0.5);
  const highest = Math.floor(-smallest(value.high.map((each) => -each)) / scale + 0.5);
  if (shift === 0 && lowest >= low && highest <= high) return value;
  return builder.rescale({
    source: value,
    shift,
    low: lowest >= low ? -Infinity : low,
    high: highest <= high ? Infinity : high,
    label,
  });
}

function smallest(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function shiftUp(builder: IntegerBuilder, source: Value, bits: number, label: string): Value {
  return bits <= 0 ? source : builder.affine({ source, multipliers: 2 ** bits, label });
}

function emitPieces({
  builder,
  linear,
  label,
  precision,
}: Target & { readonly precision: number }): Piece[] {
  const pieces: Piece[] = [];
  for (const { use, positions } of usesOf(linear)) {
    const { core } = use;
    const emitted: Emitted =
      core.kind === "sum"
        ? emitSum({ builder, core, use, precision, label })
        : { ...use, value: core.value };
    const { slots, kept } = distinct(emitted);
    const picked = pick(builder, emitted, kept, label);
    pieces.push({ ...applyAffine({ builder, ...picked, precision, label }), positions, slots });
  }
  return pieces;
}

function usesOf(linear: Linear): { readonly use: Use; readonly positions: Int32Array }[] {
  const uses: { use: Use; positions: Int32Array }[] = [];
  let start = 0;
  for (const core of linear.cores) {
    const end = start + coreSize(core);
    const found: number[] = [];
    for (let i = 0; i < linear.indices.length; i++) {
      const index = linear.indices[i] ?? -1;
      if (index >= start && index < end) found.push(i);
    }
    if (found.length > 0) {
      const positions = Int32Array.from(found);
      const indices = positions.map((i) => (linear.indices[i] ?? 0) - start);
      const multipliers = Float64Array.from(found, (i) => linear.multipliers[i] ?? 0);
      const offsets = Float64Array.from(found, (i) => linear.offsets[i] ?? 0);
      uses.push({ use: { core, indices, multipliers, offsets }, positions });
    }
    start = end;
  }
  return uses;
}

/** Elements that several positions share are rounded once. */
function distinct({ indices, multipliers, offsets }: Emitted): {
  readonly slots: Int32Array;
  readonly kept: readonly number[];
} {
  const known = new Map<string | number, number>();
  const kept: number[] = [];
  const uniform =
    multipliers.every((value) => value === multipliers[0]) &&
    offsets.every((value) => value === offsets[0]);
  const slots = indices.map((index, i) => {
    const key = uniform ? index : `${index} ${multipliers[i] ?? 0} ${offsets[i] ?? 0}`;
    const slot = known.get(key);
    if (slot !== undefined) return slot;
    known.set(key, kept.length);
    kept.push(i);
    return kept.length - 1;
  });
  return { slots, kept };
}

type Picked = Omit<Emitted, "indices">;

function pick(
  builder: IntegerBuilder,
  emitted: Emitted,
  kept: readonly number[],
  label: string,
): Picked {
  const { value, indices } = emitted;
  const chosen = Int32Array.from(kept, (i) => indices[i] ?? 0);
  const isWhole =
    chosen.length === value.low.length && chosen.every((index, position) => index === position);
  return {
    value: isWhole
      ? value
      : builder.gather({ sources: [value], shape: [chosen.length], indices: chosen, label }),
    multipliers: Float64Array.from(kept, (i) => emitted.multipliers[i] ?? 0),
    offsets: Float64Array.from(kept, (i) => emitted.offsets[i] ?? 0),
  };
}

/** Turns multipliers and offsets into integers at a scale fine enough for the precision. */
function applyAffine({
  builder,
  value,
  multipliers,
  offsets,
  precision,
  label,
}: Picked & {
  readonly builder: IntegerBuilder;
  readonly precision: number;
  readonly label: string;
}): Fixed {
  const guard = Math.max(0, Math.ceil(Math.log2(Math.max(1, magnitudeOf(value)) / 4)));
  const exact = powerOfTwo(multipliers) ?? exactBits([multipliers], precision + guard);
  const needed = exactBits([offsets], Math.max(exact, precision + 1));
  const fractionBits = Math.max(exact, needed);
  const factors = roundTo(multipliers, fractionBits);
  const constants = roundTo(offsets, fractionBits);
  const isPlain = factors.every((factor) => factor === 1) && constants.every((each) => each === 0);
  if (isPlain) return { value, fractionBits };
  return {
    value: builder.affine({ source: value, multipliers: factors, offsets: constants, label }),
    fractionBits,
  };
}

/** e where every multiplier is 2^−e, e ≥ 0: then nothing has to be multiplied at all. */
function powerOfTwo(multipliers: Float64Array): number | undefined {
  const bits = -Math.log2(multipliers[0] ?? 1);
  const isPower = Number.isInteger(bits) && bits >= 0 && 2 ** -bits === multipliers[0];
  return isPower && multipliers.every((value) => value === multipliers[0]) ? bits : undefined;
}

interface Constants {
  readonly positions: readonly number[];
  readonly values: Float64Array;
  readonly low: number;
  readonly high: number;
}

function constantPart(linear: Linear): Constants {
  const positions: number[] = [];
  linear.indices.forEach((index, i) => {
    if (index < 0) positions.push(i);
  });
  const values = Float64Array.from(positions, (i) => linear.offsets[i] ?? 0);
  return { positions, values, low: -Infinity, high: Infinity };
}

function assemble({
  builder,
  linear,
  label,
  pieces,
  constants,
  fractionBits,
}: Target & {
  readonly pieces: readonly Piece[];
  readonly constants: Constants;
  readonly fractionBits: number;
}): Value {
  const indices = new Float64Array(linear.indices.length);
  const sources: Value[] = [];
  let start = 0;
  for (const piece of pieces) {
    piece.positions.forEach((position, i) => {
      indices[position] = start + (piece.slots[i] ?? 0);
    });
    sources.push(piece.value);
    start += piece.value.low.length;
  }
  if (constants.positions.length > 0) {
    const scale = 2 ** fractionBits;
    const values = constants.values.map((value) =>
      clamp(Math.floor(value * scale + 0.5) + 0, constants.low, constants.high),
    );
    if (!values.every(Number.isFinite)) throw refusal("WeightNotFinite", { node: label });
    constants.positions.forEach((position, i) => {
      indices[position] = start + i;
    });
    sources.push(builder.constant({ shape: [values.length], values, label }));
  }
  const only = sources.length === 1 ? sources[0] : undefined;
  const isWhole =
    only !== undefined &&
    only.low.length === indices.length &&
    only.shape.length === linear.shape.length &&
    only.shape.every((size, axis) => size === linear.shape[axis]) &&
    indices.every((index, i) => index === i);
  return isWhole ? only : builder.gather({ sources, shape: linear.shape, indices, label });
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
