import type { IntegerBuilder } from "../integer/integerBuilder.ts";
import type { Value } from "../integer/integerModel.ts";
import { refusal } from "../refusal.ts";
import type { Format } from "./format.ts";
import type { Fixed, Linear } from "./linear.ts";
import { emitPieces, type Piece, type Target } from "./pieces.ts";
import { exactBits } from "./precision.ts";

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
