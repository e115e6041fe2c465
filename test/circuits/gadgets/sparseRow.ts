import type { Row } from "../../../circuits/compiler/r1cs/combination.ts";
import { toField } from "../../../sdk/protocol/field.ts";

/** Wire → coefficient in 0 … r − 1. */
export type Terms = ReadonlyMap<number, bigint>;

/** A row as a reader of `.r1cs` sees it. */
export interface SparseRow {
  readonly a: Terms;
  readonly b: Terms;
  readonly c: Terms;
}

export function sparseRow({ a, b, c }: Row): SparseRow {
  return { a: termsOf(a), b: termsOf(b), c: termsOf(c) };
}

function termsOf({ wires, coefficients }: Row["a"]): Terms {
  return new Map(
    Array.from(wires, (wire, i) => [wire, toField(BigInt(coefficients[i] as number | bigint))]),
  );
}

export function valueOf(terms: Terms, values: readonly bigint[]): bigint {
  let sum = 0n;
  for (const [wire, coefficient] of terms) sum += coefficient * (values[wire] as bigint);
  return toField(sum);
}

export function holds({ a, b, c }: SparseRow, values: readonly bigint[]): boolean {
  return toField(valueOf(a, values) * valueOf(b, values) - valueOf(c, values)) === 0n;
}
