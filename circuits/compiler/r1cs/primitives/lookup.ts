import type { LookupOperation } from "../../integer/operation.ts";
import type { CircuitElement } from "../circuitElement.ts";
import { combinationOf } from "../circuitElement.ts";
import type { Combination } from "../combination.ts";
import { ONE } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";
import { decomposeUnsigned, unsignedWidth } from "../gadgets/bits.ts";
import { constantTable } from "../gadgets/constantTable.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/**
 * Index bits, those of an earlier decomposition where it has no more, then a two-level table. No row
 * where the table is a line over the interval.
 */
export const lookup: Instantiator<LookupOperation> = ({ system, operation, sources, value }) => {
  const entriesOf = entriesByInterval(operation);
  return (index) => {
    const source = sourceElement(sources, 0, index);
    const interval = intervalOf(value, index);
    const { first, table } = operation;
    const entries = table.subarray(source.low - first, source.high - first + 1);
    const slope = slopeOf(entries);
    if (slope !== undefined) {
      const start = entries[0] as number;
      const combination = system.sum([[combinationOf(source), slope]], start - slope * source.low);
      return { combination, ...interval };
    }
    const { base, bits } = indexBits(system, source);
    return { combination: constantTable(system, bits, entriesOf(source, base)), ...interval };
  };
};

/** The source as base + Σ 2^i bits[i]. */
function indexBits(
  system: ConstraintSystem,
  source: CircuitElement,
): { readonly base: number; readonly bits: readonly Combination[] } {
  const { low, high, unsignedBits, signedBits } = source;
  const width = unsignedWidth(high - low);
  if (unsignedBits !== undefined && unsignedBits.bits.length <= width) return unsignedBits;
  if (signedBits !== undefined && signedBits.bits.length < width) {
    const { bits, sign } = signedBits;
    return { base: -(2 ** bits.length), bits: [...bits, system.difference(ONE, sign)] };
  }
  const position = system.sum([[combinationOf(source), 1]], -low);
  return { base: low, bits: decomposeUnsigned(system, position, width) };
}

/** Entries from base up to the source's end, one array per interval so that elements share work. */
function entriesByInterval({
  first,
  table,
}: LookupOperation): (source: CircuitElement, base: number) => Float64Array {
  const known = new Map<string, Float64Array>();
  return ({ low, high }, base) => {
    const key = `${base} ${low} ${high}`;
    const made = known.get(key);
    if (made !== undefined) return made;
    // below the interval any entry will do
    const entries = Float64Array.from(
      { length: high - base + 1 },
      (_, i) => table[Math.max(base + i, low) - first] as number,
    );
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
