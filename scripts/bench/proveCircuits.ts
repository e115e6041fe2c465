import type { CircuitSize } from "../../circuits/compiler/r1cs/constraintSystem.ts";
import type { Row } from "../../circuits/compiler/r1cs/combination.ts";
import { WireValues } from "../../circuits/compiler/r1cs/wireValues.ts";
import { writeR1cs } from "../../circuits/compiler/r1cs/writeR1cs.ts";
import { encodeWtns } from "../../circuits/compiler/witness/writeWtns.ts";
import { toField } from "../../sdk/protocol/field.ts";

/** A circuit to measure provers with, and a witness of it. */
export interface BenchCircuit {
  readonly constraints: number;
  readonly r1cs: Uint8Array;
  readonly wtns: Uint8Array;
}

/** h, y, c as every release has them; then the circuit's own wires. */
const [H, Y, C, FIRST] = [1, 2, 3, 4];
const CHALLENGE = 123_456_789n;
/** Bits of one neuron's sum. */
const SUM_BITS = 24;

/** As large as a domain of 2^power allows. */
export function benchCircuit(kind: "bits" | "dense", power: number): BenchCircuit {
  const rows: Row[] = [];
  const values = new WireValues();
  values.set(0, 1);
  // Two rows bind the public signals; three signals and the constant have rows of their own.
  const room = 2 ** power - 4 - 2;
  const h = kind === "bits" ? bitRows(room, rows, values) : denseRows(room, rows, values);
  rows.push({ a: terms(), b: terms(), c: terms([H, 1], [h.wire, -1]) });
  rows.push({ a: terms([H, 1]), b: terms([C, 1]), c: terms([Y, 1]) });
  values.set(H, h.value);
  values.set(Y, toField(h.value * CHALLENGE));
  values.set(C, CHALLENGE);
  const chunks: Uint8Array[] = [];
  const size = sizeOf(rows, values.count);
  writeR1cs({ size, rows: () => rows }, (chunk) => chunks.push(chunk.slice()));
  const r1cs = Buffer.concat(chunks);
  return { constraints: rows.length, r1cs, wtns: encodeWtns(values) };
}

/** Like a network's: sums of the bits before, each split into bits by a row that has C terms only. */
function bitRows(room: number, rows: Row[], values: WireValues) {
  const random = generator();
  let sum = 0b1010_1100_0111_0101_1110_0011;
  let wire = FIRST;
  let before: readonly number[] = [];
  while (rows.length + SUM_BITS + 1 <= room) {
    const wires = Array.from({ length: SUM_BITS }, (_, bit) => wire + bit);
    const weights = before.map(() => random() % 2 ** 19);
    if (before.length > 0)
      sum = before.reduce((total, bit, i) => total + values.small(bit) * (weights[i] ?? 0), 0);
    wires.forEach((bit, i) => values.set(bit, Math.floor(sum / 2 ** i) % 2));
    for (const bit of wires) {
      rows.push({ a: terms([bit, 1], [0, -1]), b: terms([bit, 1]), c: terms() });
    }
    const input = before.map((bit, i) => [bit, -(weights[i] ?? 0)] as const);
    const output = wires.map((bit, i) => [bit, 2 ** i] as const);
    if (before.length > 0) rows.push({ a: terms(), b: terms(), c: terms(...output, ...input) });
    before = wires;
    wire += SUM_BITS;
  }
  return { wire: wire - 1, value: values.field(wire - 1) };
}

/** Every wire another large number, as where hashing dominates. */
function denseRows(room: number, rows: Row[], values: WireValues) {
  values.set(FIRST, 3n);
  values.set(FIRST + 1, 5n);
  let wire = FIRST + 2;
  while (rows.length < room) {
    const [older, newer] = [wire - 2, wire - 1];
    const sum = values.field(older) + values.field(newer);
    rows.push({ a: terms([older, 1], [newer, 1]), b: terms([newer, 1]), c: terms([wire, 1]) });
    values.set(wire, toField(sum * values.field(newer)));
    wire += 1;
  }
  return { wire: wire - 1, value: values.field(wire - 1) };
}

function terms(...list: readonly (readonly [wire: number, coefficient: number])[]) {
  return { wires: list.map(([wire]) => wire), coefficients: list.map(([, value]) => value) };
}

function sizeOf(rows: readonly Row[], wires: number): CircuitSize {
  const count = (matrix: keyof Row) => rows.reduce((sum, row) => sum + row[matrix].wires.length, 0);
  return {
    rows: rows.length,
    wires,
    bits: 0,
    termsA: count("a"),
    termsB: count("b"),
    termsC: count("c"),
  };
}

/** The same numbers each time, 31 bits each. */
function generator(): () => number {
  let state = 12_345;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 1;
  };
}
