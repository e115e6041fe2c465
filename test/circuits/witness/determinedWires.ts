import { FIELD_ORDER, toField } from "../../../sdk/protocol/field.ts";
import type {
  Combination,
  FieldCombination,
  Row,
  Wire,
} from "../../../circuits/compiler/r1cs/combination.ts";
import { isFieldCombination } from "../../../circuits/compiler/r1cs/combination.ts";
import type { WireValues } from "../../../circuits/compiler/r1cs/wireValues.ts";

type Terms = ReadonlyMap<Wire, bigint>;

/** A combination split into what is known (a number) and what is not. */
interface Partial {
  readonly known: bigint;
  readonly unknown: Terms;
}

/**
 * Wires that have only one possible value once `given` have theirs, found by reasoning on the rows
 * alone: a row that is linear in its one unknown fixes it, and a linear row over bits with
 * coefficients each larger than the sum of the smaller ones fixes them all. Never wrong, so every
 * wire it reaches is proven; it does not reach everything.
 */
export function determinedWires(
  rows: readonly Row[],
  values: WireValues,
  given: Iterable<Wire>,
): ReadonlySet<Wire> {
  const known = new Set<Wire>([0, ...given]);
  const bits = bitWires(rows);
  const readers = new Map<Wire, number[]>();
  rows.forEach((row, index) => {
    for (const wire of wiresOf(row)) {
      const list = readers.get(wire) ?? [];
      list.push(index);
      readers.set(wire, list);
    }
  });
  const pending = new Set(rows.keys());
  for (const index of pending) {
    pending.delete(index);
    for (const wire of newlyDetermined(rows[index] as Row, { values, known, bits })) {
      known.add(wire);
      for (const reader of readers.get(wire) ?? []) pending.add(reader);
    }
  }
  return known;
}

export function wiresOf(row: Row): ReadonlySet<Wire> {
  return new Set([row.a, row.b, row.c].flatMap(({ wires }) => Array.from(wires)));
}

function newlyDetermined(
  row: Row,
  state: {
    readonly values: WireValues;
    readonly known: ReadonlySet<Wire>;
    readonly bits: ReadonlySet<Wire>;
  },
): readonly Wire[] {
  const { values, known, bits } = state;
  const [a, b, c] = [row.a, row.b, row.c].map((part) => split(part, values, known));
  if (a === undefined || b === undefined || c === undefined) return [];
  if (isBitRow(row)) {
    // a combination that is 0 or 1 acts as one more bit of weight one
    const unknown = [...a.unknown];
    return areBits(unknown, bits) && isSuperIncreasing([...unknown, [-1, 1n]])
      ? unknown.map(([wire]) => wire)
      : [];
  }
  if (a.unknown.size > 0 && b.unknown.size > 0) return [];
  const [factor, other] = a.unknown.size === 0 ? [a.known, b] : [b.known, a];
  const equation = new Map(c.unknown);
  for (const [wire, coefficient] of other.unknown) {
    equation.set(wire, toField((equation.get(wire) ?? 0n) - factor * coefficient));
  }
  const unknown = [...equation].filter(([, coefficient]) => coefficient !== 0n);
  if (unknown.length === 1) return unknown.map(([wire]) => wire);
  return areBits(unknown, bits) && isSuperIncreasing(unknown) ? unknown.map(([wire]) => wire) : [];
}

function areBits(terms: readonly (readonly [Wire, bigint])[], bits: ReadonlySet<Wire>): boolean {
  return terms.every(([wire]) => bits.has(wire));
}

function split(
  combination: Combination | FieldCombination,
  values: WireValues,
  knownWires: ReadonlySet<Wire>,
): Partial {
  let known = 0n;
  const unknown = new Map<Wire, bigint>();
  Array.from(combination.wires).forEach((wire, i) => {
    const coefficient = isFieldCombination(combination)
      ? (combination.coefficients[i] as bigint)
      : toField(BigInt(combination.coefficients[i] as number));
    if (knownWires.has(wire)) known += coefficient * values.field(wire);
    else unknown.set(wire, coefficient);
  });
  return { known: toField(known), unknown };
}

/** Two assignments of bits differ by a sum that is neither 0 nor as large as r. */
function isSuperIncreasing(terms: readonly (readonly [Wire, bigint])[]): boolean {
  const sizes = terms
    .map(([, coefficient]) =>
      coefficient > FIELD_ORDER / 2n ? FIELD_ORDER - coefficient : coefficient,
    )
    .sort((x, y) => (x < y ? -1 : 1));
  let sum = 0n;
  for (const size of sizes) {
    if (size <= sum) return false;
    sum += size;
  }
  return sum < FIELD_ORDER;
}

/** Wires with a row b · (b − 1) = 0. */
function bitWires(rows: readonly Row[]): ReadonlySet<Wire> {
  const single = rows.filter((row) => isBitRow(row) && row.a.wires.length === 1);
  return new Set(single.map(({ a }) => a.wires[0] as Wire));
}

/** u · (u − 1) = 0 for a combination u. */
function isBitRow({ a, b, c }: Row): boolean {
  if (c.wires.length > 0) return false;
  const difference = new Map<Wire, bigint>();
  for (const [part, sign] of [
    [a, 1n],
    [b, -1n],
  ] as const) {
    Array.from(part.wires).forEach((wire, i) => {
      const coefficient = BigInt(part.coefficients[i] as number | bigint);
      difference.set(wire, (difference.get(wire) ?? 0n) + sign * coefficient);
    });
  }
  return [...difference].every(([wire, rest]) => rest === (wire === 0 ? 1n : 0n));
}
