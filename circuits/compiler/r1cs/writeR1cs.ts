import { closeSync, openSync, writeSync } from "node:fs";

import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import type { ByteSink } from "./binaryWriter.ts";
import { BinaryWriter, FIELD_BYTES } from "./binaryWriter.ts";
import type { Circuit } from "./buildCircuit.ts";
import { PUBLIC_LAYOUT } from "./buildCircuit.ts";
import type { Combination, FieldCombination, Wire } from "./combination.ts";

const HEADER_SECTION = 1;
const CONSTRAINT_SECTION = 2;
const HEADER_BYTES = 4 + FIELD_BYTES + 4 * 4 + 8 + 4;

/**
 * Writes a circuit as `.r1cs` (version 1), row by row. The wire-to-label section is left out: there
 * are no circom labels, and every reader does without it.
 */
export function writeR1cs(circuit: Pick<Circuit, "size" | "rows">, sink: ByteSink): void {
  const { rows, wires, termsA, termsB, termsC } = circuit.size;
  const writer = new BinaryWriter(sink);
  writer.text("r1cs");
  writer.uint32(1);
  writer.uint32(2);

  writer.uint32(HEADER_SECTION);
  writer.uint64(HEADER_BYTES);
  writer.uint32(FIELD_BYTES);
  writer.field(FIELD_ORDER);
  writer.uint32(wires);
  writer.uint32(PUBLIC_LAYOUT.outputs);
  writer.uint32(PUBLIC_LAYOUT.inputs);
  writer.uint32(0); // private inputs stand among the other private wires
  writer.uint64(wires);
  writer.uint32(rows);

  writer.uint32(CONSTRAINT_SECTION);
  writer.uint64(rows * 3 * 4 + (termsA + termsB + termsC) * (4 + FIELD_BYTES));
  for (const { a, b, c } of circuit.rows()) {
    writeCombination(writer, a);
    writeCombination(writer, b);
    writeCombination(writer, c);
  }
  writer.flush();
}

/** The same in memory, for circuits whose key is made there. */
export function encodeR1cs(circuit: Circuit): Uint8Array {
  const chunks: Uint8Array[] = [];
  writeR1cs(circuit, (chunk) => chunks.push(chunk.slice()));
  return new Uint8Array(Buffer.concat(chunks));
}

/** As `writeR1cs`, into a file. */
export function writeR1csFile(circuit: Circuit, path: string): void {
  const file = openSync(path, "w");
  try {
    writeR1cs(circuit, (chunk) => writeSync(file, chunk));
  } finally {
    closeSync(file);
  }
}

function writeCombination(writer: BinaryWriter, combination: Combination | FieldCombination): void {
  const { wires, coefficients } = combination;
  writer.uint32(wires.length);
  for (let i = 0; i < wires.length; i++) {
    writer.uint32(wires[i] as Wire);
    writer.field(coefficients[i] as number | bigint);
  }
}
