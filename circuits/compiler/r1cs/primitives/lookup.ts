import type { LookupOperation } from "../../integer/operation.ts";
import { combinationOf } from "../circuitElement.ts";
import { decomposeUnsigned, unsignedWidth } from "../gadgets/bits.ts";
import { constantTable } from "../gadgets/constantTable.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/** Index bits, then a two-level table; no row where the table is a line over the interval. */
export const lookup: Instantiator<LookupOperation> = ({ system, operation, sources, value }) => {
  const entriesOver = entriesByInterval(operation);
  return (index) => {
    const source = sourceElement(sources, 0, index);
    const interval = intervalOf(value, index);
    const entries = entriesOver(source.low, source.high);
    const slope = slopeOf(entries);
    if (slope !== undefined) {
      const start = entries[0] as number;
      const combination = system.sum([[combinationOf(source), slope]], start - slope * source.low);
      return { combination, ...interval };
    }
    const position = system.sum([[combinationOf(source), 1]], -source.low);
    const bits = decomposeUnsigned(system, position, unsignedWidth(source.high - source.low));
    return { combination: constantTable(system, bits, entries), ...interval };
  };
};

/** One array per interval, so that work on it can be shared by elements. */
function entriesByInterval({
  first,
  table,
}: LookupOperation): (low: number, high: number) => Float64Array {
  const known = new Map<string, Float64Array>();
  return (low, high) => {
    const key = `${low} ${high}`;
    const entries = known.get(key) ?? table.subarray(low - first, high - first + 1);
    known.set(key, entries);
    return entries;
  };
}

/** The step between neighbouring entries where all steps are equal. */
function slopeOf(entries: Float64Array): number | undefined {
  const slope = (entries[1] as number) - (entries[0] as number);
  for (let i = 2; i < entries.length; i++) {
    if ((entries[i] as number) - (entries[i - 1] as number) !== slope) return undefined;
  }
  return slope;
}
