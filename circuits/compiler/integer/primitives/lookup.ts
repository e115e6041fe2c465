import { CompilerError } from "../../compilerError.ts";
import type { LookupOperation } from "../operation.ts";
import { describe, elementAt, requireIntegers, sourceAt } from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** table[x − first]: any function of one bounded variable. */
export const lookup: Primitive<LookupOperation> = {
  infer(operation, sources) {
    const source = sourceAt(sources, 0);
    requireIntegers(operation, "table", operation.table);
    requireIntegers(operation, "first", Float64Array.of(operation.first));

    const ranges = new Map<string, { readonly low: number; readonly high: number }>();
    const low = new Float64Array(source.low.length);
    const high = new Float64Array(source.low.length);
    for (let i = 0; i < low.length; i++) {
      const from = elementAt(source.low, i);
      const to = elementAt(source.high, i);
      const key = `${from} ${to}`;
      const range = ranges.get(key) ?? tableRange(operation, from, to);
      ranges.set(key, range);
      low[i] = range.low;
      high[i] = range.high;
    }
    return { shape: source.shape, low, high };
  },

  interpret: ({ first, table }, sources) =>
    sourceAt(sources, 0).map((value) => table[value - first] as number),
};

function tableRange(
  operation: LookupOperation,
  from: number,
  to: number,
): { low: number; high: number } {
  const { first, table } = operation;
  if (from < first || to >= first + table.length) {
    throw new CompilerError(
      "TableTooNarrow",
      `${describe(operation)}: the source ranges over ${from}…${to}, the table over ` +
        `${first}…${first + table.length - 1}; clamp the source with rescale, or widen the table`,
      { label: operation.label, from, to, first, entries: table.length },
    );
  }
  let low = Infinity;
  let high = -Infinity;
  for (const entry of table.subarray(from - first, to - first + 1)) {
    low = Math.min(low, entry);
    high = Math.max(high, entry);
  }
  return { low, high };
}
