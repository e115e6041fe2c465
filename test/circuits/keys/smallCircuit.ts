import { FIELD_ORDER, toField } from "../../../sdk/protocol/field.ts";
import { writeSections } from "../../../circuits/keys/binaryFile.ts";
import { littleEndian, word } from "../../../circuits/keys/contribution.ts";

export type Terms = readonly (readonly [wire: number, coefficient: bigint])[];
export type Row = readonly [a: Terms, b: Terms, c: Terms];

export interface SmallCircuit {
  readonly r1cs: Uint8Array;
  readonly witness: readonly bigint[];
  readonly wtns: Uint8Array;
}

/**
 * Three public signals (h, y, c) as every release has them, `bits` boolean wires, h as their
 * weighted sum in a row with C terms only, and y = h·c.
 */
export function smallCircuit(bits: number): SmallCircuit {
  const first = 4;
  const values = Array.from({ length: bits }, (_, index) => BigInt((index * 7 + 3) % 2));
  const weights = values.map((_, index) => BigInt(index * index - 5));
  const h = toField(values.reduce((sum, bit, index) => sum + bit * (weights[index] ?? 0n), 0n));
  const c = 123456789n;
  const rows: Row[] = values.map((_, index) => {
    const bit = first + index;
    return [
      [[bit, 1n]],
      [
        [0, -1n],
        [bit, 1n],
      ],
      [],
    ];
  });
  rows.push([
    [],
    [],
    [...weights.map((weight, index) => [first + index, weight] as const), [1, -1n]],
  ]);
  rows.push([[[1, 1n]], [[3, 1n]], [[2, 1n]]]);
  const witness = [1n, h, toField(h * c), c, ...values];
  return { r1cs: r1csFile(rows, witness.length), witness, wtns: wtnsFile(witness) };
}

export function wtnsFile(witness: readonly bigint[]): Uint8Array {
  const header = Buffer.concat([word(32), littleEndian(FIELD_ORDER), word(witness.length)]);
  const file = writeSections("wtns", [
    { id: 1, data: header },
    { id: 2, data: Buffer.concat(witness.map(littleEndian)) },
  ]);
  file[4] = 2;
  return file;
}

export function r1csFile(rows: readonly Row[], wires: number): Uint8Array {
  const counts = [word(wires), word(2), word(1), word(0), Buffer.alloc(8), word(rows.length)];
  const header = Buffer.concat([word(32), littleEndian(FIELD_ORDER), ...counts]);
  return writeSections("r1cs", [
    { id: 1, data: header },
    { id: 2, data: Buffer.concat(rows.flatMap((row) => row.flatMap(terms))) },
  ]);
}

function terms(list: Terms): readonly Uint8Array[] {
  const coefficients = list.flatMap(([wire, value]) => [word(wire), littleEndian(toField(value))]);
  return [word(list.length), ...coefficients];
}
