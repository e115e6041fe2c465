import type { IntegerBuilder } from "../integer/integerBuilder.ts";
import type { Value } from "../integer/integerModel.ts";
import { exactBits, guardBits, roundTo } from "./precision.ts";
import type { Core, SumCore } from "./linear.ts";

/** The elements of one core that a tensor uses, with what is still to be done to each. */
export interface Use {
  readonly core: Core;
  /** Positions in the core. */
  readonly indices: Int32Array;
  readonly multipliers: Float64Array;
  readonly offsets: Float64Array;
}

/** Integers in the circuit, with the affine step that turns their elements into the reals wanted. */
export interface Emitted {
  readonly value: Value;
  readonly indices: Int32Array;
  readonly multipliers: Float64Array;
  readonly offsets: Float64Array;
}

/**
 * Emits a deferred product with what scales its columns folded into weights and bias.
 * @param precision fraction bits that the result should be right to
 */
export function emitSum({
  builder,
  core,
  use,
  precision,
  label,
}: {
  readonly builder: IntegerBuilder;
  readonly core: SumCore;
  readonly use: Use;
  readonly precision: number;
  readonly label: string;
}): Emitted {
  const columns = core.bias.length;
  const factors = perColumn(use.multipliers, use.indices, columns);
  const shifts = factors === undefined ? undefined : perColumn(use.offsets, use.indices, columns);
  const weights = core.weights.map((weight, i) => weight * (factors?.[i % columns] ?? 1));
  const bias = core.bias.map((value, n) => value * (factors?.[n] ?? 1) + (shifts?.[n] ?? 0));
  const wanted = precision + guardBits(core.source);
  const fractionBits = exactBits([weights, bias], wanted);
  const value = builder.matMul({
    source: core.source,
    weights: roundTo(weights, fractionBits),
    bias: roundTo(bias, fractionBits),
    label,
  });
  const unit = 2 ** -fractionBits;
  return {
    value,
    indices: use.indices,
    multipliers:
      factors === undefined
        ? use.multipliers.map((factor) => factor * unit)
        : new Float64Array(use.indices.length).fill(unit),
    offsets: shifts === undefined ? use.offsets : new Float64Array(use.indices.length),
  };
}

/** The one value each column's elements share; undefined if some column's differ. */
function perColumn(
  values: Float64Array,
  indices: Int32Array,
  columns: number,
): Float64Array | undefined {
  const shared = new Float64Array(columns).fill(NaN);
  for (let i = 0; i < indices.length; i++) {
    const column = (indices[i] ?? 0) % columns;
    const value = values[i] ?? 0;
    const known = shared[column] ?? NaN;
    if (Number.isNaN(known)) shared[column] = value;
    else if (known !== value) return undefined;
  }
  // Columns that nobody reads need no weights at all.
  return shared.map((value) => (Number.isNaN(value) ? 0 : value));
}
