import { toField } from "../../sdk/protocol/field.ts";
import type { Secret } from "./powersOfTau.ts";
import { type R1csHeader, domainPower } from "./r1csHeader.ts";
import { type Term, visitTerms } from "./r1csRows.ts";
import { lagrangeAt } from "./scalarField.ts";

/** Each wire's polynomials at tau, and the prover's terms. */
export interface WireValues {
  readonly a: readonly bigint[];
  readonly b: readonly bigint[];
  /** β·a + α·b + c per wire. */
  readonly sums: readonly bigint[];
  /** Of A and B: those of C the prover never needs. */
  readonly terms: readonly Term[];
}

/**
 * The circuit as a quadratic arithmetic program, evaluated at the known tau. One more A row per
 * public wire follows the circuit's own, which keeps the public wires' polynomials independent.
 */
export function evaluateAtTau(input: {
  readonly r1cs: Uint8Array;
  readonly header: R1csHeader;
  readonly secret: Secret;
}): WireValues {
  const { r1cs, header, secret } = input;
  const basis = lagrangeAt(secret.tau, domainPower(header));
  const zeros = () => Array.from({ length: header.wires }, () => 0n);
  const columns = [zeros(), zeros(), zeros()] as const;
  const terms: Term[] = [];
  const add = (term: Term) => {
    const { matrix, row, wire, coefficient } = term;
    const column = columns[matrix];
    const value = column[wire];
    if (value === undefined) throw new RangeError(`row ${row} names wire ${wire}, which is none`);
    // Reduced once at the end: adding 508-bit products is cheaper than dividing each.
    column[wire] = value + coefficient * (basis[row] ?? 0n);
    if (matrix !== 2) terms.push(term);
  };
  visitTerms(r1cs, header.rows, add);
  for (let wire = 0; wire <= header.publicInputs + header.publicOutputs; wire += 1) {
    add({ matrix: 0, row: header.rows + wire, wire, coefficient: 1n });
  }
  const [a, b, c] = columns.map((column) => column.map(toField));
  if (a === undefined || b === undefined || c === undefined) throw new RangeError("no matrices");
  const sums = a.map((value, wire) =>
    toField(secret.beta * value + secret.alpha * (b[wire] ?? 0n) + (c[wire] ?? 0n)),
  );
  return { a, b, sums, terms };
}
