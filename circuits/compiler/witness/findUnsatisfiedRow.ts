import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import type { Row } from "../r1cs/combination.ts";
import { fieldValue } from "../r1cs/constraintSystem.ts";
import type { WireValues } from "../r1cs/wireValues.ts";

/** The first row a · b = c that an assignment breaks, and where it stands; undefined if none. */
export function findUnsatisfiedRow(
  rows: Iterable<Row>,
  values: WireValues,
): { readonly index: number; readonly row: Row } | undefined {
  let index = 0;
  for (const row of rows) {
    if (!isSatisfied(row, values)) return { index, row };
    index++;
  }
  return undefined;
}

export function isSatisfied(row: Row, values: WireValues): boolean {
  const product = fieldValue(row.a, values) * fieldValue(row.b, values);
  return (product - fieldValue(row.c, values)) % FIELD_ORDER === 0n;
}
