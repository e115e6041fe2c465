import type { Value } from "../integer/integerModel.ts";
import { fromFixed, scaleLinear, type Linear } from "../quantize/linear.ts";
import { widen, type Format, type Range } from "../quantize/format.ts";
import type { Lowering, Private } from "./operator.ts";

/** A function of one real number on many points at once. */
export type RealFunction = (points: Float64Array) => Float64Array;

/** How a function of one variable is approximated. */
interface Plan {
  /** Bits of the source, beside none for a sign: table positions are 0 … 2^bits − 1. */
  readonly bits: number;
  /** Of these, how many choose the segment; equal to `bits` for a plain table. */
  readonly segmentBits: number;
  readonly cost: number;
}

/** An error of this many steps of the result's format is as good as none. */
const TOLERANCE_STEPS = 1.5;
const MOST_TABLE_BITS = 13;
const MOST_SEGMENT_BITS = 9;
const PROBES = 512;

/**
 * f of every element, by a table or by straight lines between knots, whichever is cheapest at the
 * precision of the result. Saturates: sources outside the calibrated range (with margin) count as
 * its ends; where f is no finite number its nearest finite value is taken; results end where the
 * calibrated range of the results (with margin) does.
 */
export function tabulate({
  call,
  source,
  f,
  result,
}: {
  readonly call: Lowering;
  readonly source: Private;
  readonly f: RealFunction;
  /** Format of the result. */
  readonly result: Format;
}): Linear {
  const domain = domainOf(call, source);
  const plans = plansFor();
  let best: { plan: Plan; error: number } | undefined;
  for (const plan of plans) {
    const error = errorOf({ plan, domain, f, result, range: source.range });
    if (best === undefined || error < best.error) best = { plan, error };
    if (error <= TOLERANCE_STEPS) break;
  }
  const plan = best?.plan ?? { bits: 8, segmentBits: 8, cost: 0 };
  return applyPlan({ call, source, plan, domain, f, result });
}

/** Candidate plans, the cheapest first. */
function plansFor(): Plan[] {
  const plans: Plan[] = [];
  for (let bits = 5; bits <= MOST_TABLE_BITS; bits++) {
    plans.push({ bits, segmentBits: bits, cost: tableCost(bits) });
  }
  for (let segmentBits = 3; segmentBits <= MOST_SEGMENT_BITS; segmentBits++) {
    for (let bits = Math.max(9, segmentBits + 3); bits <= 15; bits += 2) {
      const cost = 2 * tableCost(segmentBits) + bits + 22;
      plans.push({ bits, segmentBits, cost });
    }
  }
  return plans.sort((a, b) => a.cost - b.cost);
}

/** Rows of a table with so many index bits, the bits included. */
function tableCost(bits: number): number {
  const lower = Math.ceil(bits / 2);
  const upper = bits - lower;
  return 2 ** lower + 2 * 2 ** upper - bits - 3 + bits + 1;
}

/** The reals a table should span: the calibrated range with its margin. */
function domainOf(call: Lowering, { range }: Private): Range {
  const { low, high } = widen(range, call.margin);
  return high > low ? { low, high } : { low: low - 1, high: high + 1 };
}

/** Table position p stands for (first + p) / 2^fractionBits. */
interface Grid {
  readonly fractionBits: number;
  readonly first: number;
  /** Largest position. */
  readonly last: number;
}

/** Spans 2^bits positions, since saturating at the edge of a width is cheapest. */
function gridOf(domain: Range, bits: number): Grid {
  const last = 2 ** bits - 1;
  const fractionBits = Math.floor(Math.log2((last - 1) / (domain.high - domain.low)));
  return { fractionBits, first: Math.floor(domain.low * 2 ** fractionBits) + 0, last };
}

/** f at every table position, or at every knot, bounded to the result's format, in its steps. */
function entriesOf(
  positions: Float64Array,
  { grid, f, result }: { readonly grid: Grid; readonly f: RealFunction; readonly result: Format },
): Float64Array {
  const unit = 2 ** -grid.fractionBits;
  const values = f(positions.map((position) => (grid.first + position) * unit));
  const scale = 2 ** result.fractionBits;
  return nearestFinite(values).map((value) =>
    Math.min(result.high, Math.max(result.low, value * scale)),
  );
}

function nearestFinite(values: Float64Array): Float64Array {
  const result = values.slice();
  const fill = (from: number, to: number, step: number): void => {
    let known = NaN;
    for (let i = from; i !== to; i += step) {
      const value = values[i] ?? NaN;
      if (Number.isFinite(value)) known = value;
      else if (!Number.isFinite(result[i] ?? NaN) && Number.isFinite(known)) result[i] = known;
    }
  };
  fill(values.length - 1, -1, -1);
  fill(0, values.length, 1);
  return result.map((value) => (Number.isFinite(value) ? value : 0));
}

/** Largest error over the calibrated range, in steps of the result. */
function errorOf({
  plan,
  domain,
  f,
  result,
  range,
}: {
  readonly plan: Plan;
  readonly domain: Range;
  readonly f: RealFunction;
  readonly result: Format;
  readonly range: Range;
}): number {
  const grid = gridOf(domain, plan.bits);
  const scale = 2 ** grid.fractionBits;
  const probes = Float64Array.from(
    { length: PROBES },
    (_, i) => range.low + ((range.high - range.low) * (i + 0.37)) / PROBES,
  );
  const right = nearestFinite(f(probes));
  const position = probes.map((x) =>
    Math.min(grid.last, Math.max(0, Math.floor(x * scale + 0.5) - grid.first)),
  );
  const step = 2 ** (plan.bits - plan.segmentBits);
  const at = (positions: Float64Array): Float64Array => entriesOf(positions, { grid, f, result });
  const start = at(position.map((p) => Math.floor(p / step) * step));
  const end = step === 1 ? start : at(position.map((p) => (Math.floor(p / step) + 1) * step));
  let worst = 0;
  probes.forEach((_, i) => {
    const part = ((position[i] ?? 0) % step) / step;
    const value = (start[i] ?? 0) + part * ((end[i] ?? 0) - (start[i] ?? 0));
    worst = Math.max(worst, Math.abs(value - (right[i] ?? 0) * 2 ** result.fractionBits));
  });
  return worst;
}

function applyPlan({
  call,
  source,
  plan,
  domain,
  f,
  result,
}: {
  readonly call: Lowering;
  readonly source: Private;
  readonly plan: Plan;
  readonly domain: Range;
  readonly f: RealFunction;
  readonly result: Format;
}): Linear {
  const { builder, name: label } = call;
  const grid = gridOf(domain, plan.bits);
  const { last } = grid;
  const positions = positionsOf(call, source, grid);
  const segment = 2 ** (plan.bits - plan.segmentBits);
  const knots = entriesOf(
    Float64Array.from({ length: Math.floor(last / segment) + 2 }, (_, i) => i * segment),
    { grid, f, result },
  );
  if (segment === 1) {
    const table = knots.map((entry) => Math.floor(entry + 0.5) + 0);
    const value = builder.lookup({ source: positions, first: 0, table, label });
    return fromFixed({ value, fractionBits: result.fractionBits });
  }
  return lines({ call, plan, positions, knots, fractionBits: result.fractionBits });
}

/**
 * height + slope · position, both chosen by the segment. Knots are exact; between them slopes are
 * integers at log2(segment) + 1 more fraction bits than the result.
 */
function lines({
  call,
  plan,
  positions,
  knots,
  fractionBits,
}: {
  readonly call: Lowering;
  readonly plan: Plan;
  readonly positions: Value;
  readonly knots: Float64Array;
  readonly fractionBits: number;
}): Linear {
  const { builder, name: label } = call;
  const shift = plan.bits - plan.segmentBits;
  const segment = 2 ** shift;
  const finer = shift + 1;
  const heights = knots.map((entry) => Math.floor(entry * 2 ** finer + 0.5) + 0);
  const slopes = heights
    .subarray(0, heights.length - 1)
    .map((height, i) => Math.round(((heights[i + 1] ?? 0) - height) / segment) + 0);
  const starts = slopes.map((slope, i) => (heights[i] ?? 0) - slope * i * segment + 0);
  const lowered = builder.affine({ source: positions, offsets: -segment / 2, label });
  const index = builder.rescale({ source: lowered, shift, label });
  const rise = builder.product({
    a: builder.lookup({ source: index, first: 0, table: slopes, label }),
    b: positions,
    label,
  });
  const start = builder.lookup({ source: index, first: 0, table: starts, label });
  const value = builder.add({ a: start, b: rise, label });
  return fromFixed({ value, fractionBits: fractionBits + finer });
}

/** Where in the table each element of the source lies. */
function positionsOf(call: Lowering, source: Private, grid: Grid): Value {
  const { fractionBits, first, last } = grid;
  const unit = 2 ** -fractionBits;
  const linear = scaleLinear(source.linear, 1, -first * unit);
  const fixed = call.narrowTo({ ...source, linear }, { fractionBits, low: 0, high: last });
  const multipliers = 2 ** (fractionBits - fixed.fractionBits);
  return call.builder.affine({ source: fixed.value, multipliers, label: call.name });
}
