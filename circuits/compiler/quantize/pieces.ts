import type { IntegerBuilder } from "../integer/integerBuilder.ts";
import type { Value } from "../integer/integerModel.ts";
import { emitSum, type Emitted, type Use } from "./foldSum.ts";
import { coreSize, type Fixed, type Linear } from "./linear.ts";
import { exactBits, magnitudeOf, roundTo } from "./precision.ts";

export interface Target {
  readonly builder: IntegerBuilder;
  readonly linear: Linear;
  readonly label: string;
}

/** A piece of the tensor: integers at their own scale, and where each goes. */
export interface Piece {
  readonly value: Value;
  readonly fractionBits: number;
  readonly positions: Int32Array;
  /** Element of `value` for each position. */
  readonly slots: Int32Array;
}

/** Integers for every core a tensor uses, each at the scale its precision needs. No rows. */
export function emitPieces({
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
