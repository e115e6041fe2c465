import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import type { SparseRow, Terms } from "./sparseRow.ts";

/** Rows with the wires whose place is known by name: the constant, inputs and outputs. */
export interface NamedRows {
  readonly rows: readonly SparseRow[];
  readonly names: ReadonlyMap<number, string>;
}

export interface NormalForm {
  /** One text per row, sorted; equal for rows that differ in sign, order of A and B, or wire numbers. */
  readonly rows: readonly string[];
  /** Whether every wire has a colour of its own, so that equal texts mean equal circuits. */
  readonly isDiscrete: boolean;
}

/**
 * Tells wires apart by the rows they stand in, again and again until nothing more can be told apart
 * (colour refinement); wires that play the same part get the same colour in both circuits.
 */
export function normalForm({ rows, names }: NamedRows): NormalForm {
  const wires = new Set(rows.flatMap(({ a, b, c }) => [...a.keys(), ...b.keys(), ...c.keys()]));
  let colours = new Map([...wires].map((wire) => [wire, names.get(wire) ?? "?"]));
  for (let distinct = 0; ;) {
    colours = refined(rows, colours);
    const now = new Set(colours.values()).size;
    if (now === distinct) break;
    distinct = now;
  }
  return {
    rows: rows.map((row) => signature(row, colours)).sort(),
    isDiscrete: new Set(colours.values()).size === wires.size,
  };
}

function refined(
  rows: readonly SparseRow[],
  colours: ReadonlyMap<number, string>,
): Map<number, string> {
  const parts = new Map<number, string[]>([...colours.keys()].map((wire) => [wire, []]));
  for (const row of rows) {
    const text = digest(signature(row, colours));
    for (const wire of [...row.a.keys(), ...row.b.keys()]) parts.get(wire)?.push(`${text} factor`);
    for (const wire of row.c.keys()) {
      parts.get(wire)?.push(`${text} ${magnitude(row.c.get(wire) ?? 0n)}`);
    }
  }
  return new Map(
    [...colours].map(([wire, colour]) => [
      wire,
      digest(`${colour}|${(parts.get(wire) ?? []).sort().join("|")}`),
    ]),
  );
}

/** The smallest text among the row's equivalent ways to be written. */
function signature({ a, b, c }: SparseRow, colours: ReadonlyMap<number, string>): string {
  const texts = (terms: Terms): readonly [string, string] => [
    termsText(terms, colours, 1n),
    termsText(terms, colours, -1n),
  ];
  const [aPlus, aMinus] = texts(a);
  const [bPlus, bMinus] = texts(b);
  const [cPlus, cMinus] = texts(c);
  const variants = [
    [aPlus, bPlus, cPlus],
    [aMinus, bMinus, cPlus],
    [aMinus, bPlus, cMinus],
    [aPlus, bMinus, cMinus],
  ] as const;
  return variants.flatMap(([x, y, z]) => [`${x}·${y}=${z}`, `${y}·${x}=${z}`]).sort()[0] as string;
}

function termsText(terms: Terms, colours: ReadonlyMap<number, string>, sign: bigint): string {
  return [...terms]
    .map(([wire, coefficient]) => {
      const signed = sign === 1n ? coefficient : FIELD_ORDER - coefficient;
      return `${signed}*${colours.get(wire) ?? ""}`;
    })
    .sort()
    .join("+");
}

function magnitude(coefficient: bigint): bigint {
  return coefficient > FIELD_ORDER / 2n ? FIELD_ORDER - coefficient : coefficient;
}

const digests = new Map<string, string>();

/** Equal texts get equal short names, in every circuit of this process. */
function digest(text: string): string {
  const known = digests.get(text);
  if (known !== undefined) return known;
  const short = `#${digests.size}`;
  digests.set(text, short);
  return short;
}
