import type { Value } from "../integer/integerModel.ts";
import { elementCount } from "../integer/integerModel.ts";

/** Integers that the circuit holds, or will hold, already. */
export interface IntegerCore {
  readonly kind: "integers";
  readonly value: Value;
}

/**
 * A product with constant weights that is not emitted yet: real = Σ weights · integer + bias. Its
 * weights stay real until a non-linearity asks, so that whatever scales the result is folded in.
 */
export interface SumCore {
  readonly kind: "sum";
  /** [rows, depth] */
  readonly source: Value;
  /** [depth, columns] */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

export type Core = IntegerCore | SumCore;

/**
 * A tensor of reals as a deferred linear form: element i is
 * multipliers[i] · concat(cores)[indices[i]] + offsets[i]; index −1 stands for zero.
 */
export interface Linear {
  readonly shape: readonly number[];
  readonly cores: readonly Core[];
  readonly indices: Int32Array;
  readonly multipliers: Float64Array;
  readonly offsets: Float64Array;
}

/** Integers of the circuit whose real value is integer / 2^fractionBits. */
export interface Fixed {
  readonly value: Value;
  readonly fractionBits: number;
}

export function coreSize(core: Core): number {
  return core.kind === "integers"
    ? core.value.low.length
    : (core.source.shape[0] ?? 0) * core.bias.length;
}

export function fromFixed({ value, fractionBits }: Fixed, shape = value.shape): Linear {
  const size = value.low.length;
  return {
    shape,
    cores: [{ kind: "integers", value }],
    indices: Int32Array.from({ length: size }, (_, i) => i),
    multipliers: new Float64Array(size).fill(2 ** -fractionBits),
    offsets: new Float64Array(size),
  };
}

/** All elements of one deferred product, row-major. */
export function fromSum(core: SumCore, shape: readonly number[]): Linear {
  const size = coreSize(core);
  return {
    shape,
    cores: [core],
    indices: Int32Array.from({ length: size }, (_, i) => i),
    multipliers: new Float64Array(size).fill(1),
    offsets: new Float64Array(size),
  };
}

export function fromConstant(data: Float64Array, shape: readonly number[]): Linear {
  return {
    shape,
    cores: [],
    indices: new Int32Array(data.length).fill(-1),
    multipliers: new Float64Array(data.length),
    offsets: data,
  };
}

/** out[i] = concat(sources)[indices[i]], or `fill` where the index is −1. Costs nothing. */
export function moveLinear({
  sources,
  shape,
  indices,
  fill = 0,
}: {
  readonly sources: readonly Linear[];
  readonly shape: readonly number[];
  readonly indices: ArrayLike<number>;
  readonly fill?: number;
}): Linear {
  const all = sources.length === 1 && sources[0] !== undefined ? sources[0] : join(sources);
  const size = elementCount(shape);
  const result = {
    shape,
    cores: all.cores,
    indices: new Int32Array(size).fill(-1),
    multipliers: new Float64Array(size),
    offsets: new Float64Array(size),
  };
  for (let i = 0; i < size; i++) {
    const from = indices[i] ?? -1;
    if (from < 0) {
      result.offsets[i] = fill;
      continue;
    }
    result.indices[i] = all.indices[from] ?? -1;
    result.multipliers[i] = all.multipliers[from] ?? 0;
    result.offsets[i] = all.offsets[from] ?? 0;
  }
  return result;
}

function join(sources: readonly Linear[]): Linear {
  const size = sources.reduce((sum, source) => sum + source.indices.length, 0);
  const cores: Core[] = [];
  const starts = new Map<Core, number>();
  const joined = {
    shape: [size],
    cores,
    indices: new Int32Array(size),
    multipliers: new Float64Array(size),
    offsets: new Float64Array(size),
  };
  let at = 0;
  let end = 0;
  for (const source of sources) {
    const remap = source.cores.map((core) => {
      const known = starts.get(core);
      if (known !== undefined) return known;
      const start = end;
      starts.set(core, start);
      cores.push(core);
      end += coreSize(core);
      return start;
    });
    joined.indices.set(remapIndices(source, remap), at);
    joined.multipliers.set(source.multipliers, at);
    joined.offsets.set(source.offsets, at);
    at += source.indices.length;
  }
  return joined;
}

function remapIndices(source: Linear, starts: readonly number[]): Int32Array {
  const ends: number[] = [];
  let end = 0;
  for (const core of source.cores) ends.push((end += coreSize(core)));
  return source.indices.map((index) => {
    if (index < 0) return -1;
    let core = 0;
    while (index >= (ends[core] ?? Infinity)) core++;
    return index - (core === 0 ? 0 : (ends[core - 1] ?? 0)) + (starts[core] ?? 0);
  });
}

/** Element i becomes multipliers[i] · x + offsets[i]. Costs nothing until it is emitted. */
export function scaleLinear(
  linear: Linear,
  multipliers: ArrayLike<number> | number,
  offsets: ArrayLike<number> | number = 0,
): Linear {
  const factor = (i: number): number =>
    typeof multipliers === "number" ? multipliers : (multipliers[i] ?? 0);
  const offset = (i: number): number => (typeof offsets === "number" ? offsets : (offsets[i] ?? 0));
  return {
    ...linear,
    multipliers: linear.multipliers.map((value, i) => value * factor(i)),
    offsets: linear.offsets.map((value, i) => value * factor(i) + offset(i)),
  };
}
