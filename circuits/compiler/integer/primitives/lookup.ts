import { CompilerError } from "../../compilerError.ts";
import { INTEGER_LIMIT } from "../elementType.ts";
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
  requireExactPolynomial(operation, from, to);
  let low = Infinity;
  let high = -Infinity;
  for (const entry of table.subarray(from - first, to - first + 1)) {
    low = Math.min(low, entry);
    high = Math.max(high, entry);
  }
  return { low, high };
}

/**
 * The circuit holds a table as a polynomial in n index bits, whose coefficients add up to at most
 * 3^(n/2) · 2^(n/2) times its largest entry.
 */
function requireExactPolynomial(operation: LookupOperation, from: number, to: number): void {
  const bits = Math.ceil(Math.log2(to - from + 1));
  const largest = operation.table.reduce((max, entry) => Math.max(max, Math.abs(entry)), 0);
  const growth = 3 ** Math.ceil(bits / 2) * 2 ** Math.floor(bits / 2);
  if (growth * largest < INTEGER_LIMIT) return;
  throw new CompilerError(
    "RangeTooWide",
    `${describe(operation)}: a table of ${to - from + 1} entries up to ±${largest} is too wide for ` +
      "the circuit; rescale the source to fewer bits, or the entries",
    { operation: "lookup", label: operation.label, entries: to - from + 1, largest },
  );
}
