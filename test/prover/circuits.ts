import { FIELD_ORDER, toField } from "../../sdk/protocol/field.ts";
import {
  type Row,
  type SmallCircuit,
  type Terms,
  r1csFile,
  wtnsFile,
} from "../circuits/keys/smallCircuit.ts";

/** Scalars at the edges of what a prover may treat differently. */
const EDGES = [0n, 1n, 2n, 255n, 256n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 253n, FIELD_ORDER - 1n];

function random(seed: number): () => bigint {
  let state = BigInt(seed) + 1n;
  return () => {
    state = (state * 0x5851f42d4c957f2dn + 0x14057b7ef767814fn) % 2n ** 128n;
    return state >> 40n;
  };
}

function wireValue(draw: () => bigint): bigint {
  const edge = EDGES[Number(draw() % 16n)];
  return edge ?? toField(draw() ** 3n);
}

/**
 * Wires of any values, h and y as sums of some of them; with rows that multiply two wires, or (as
 * A = B = 0 everywhere) with linear rows only.
 */
export function randomCircuit(seed: number, isLinear: boolean): SmallCircuit {
  const draw = random(seed);
  const count = 3 + Number(draw() % 40n);
  const values = Array.from({ length: count }, () => wireValue(draw));
  const first = 4;
  const combination = (): Terms =>
    values.flatMap((_, index) =>
      draw() % 2n === 0n ? [[first + index, wireValue(draw)] as const] : [],
    );
  const evaluate = (terms: Terms) =>
    toField(terms.reduce((sum, [wire, value]) => sum + value * (values[wire - first] ?? 0n), 0n));
  const [forH, forY] = [combination(), combination()];
  const rows: Row[] = [
    [[], [], [...forH, [1, -1n]]],
    [[], [], [[2, -1n], ...forY]],
  ];
  const products: bigint[] = [];
  const productRows = isLinear ? 0 : count;
  for (let index = 0; index < productRows; index += 1) {
    const [a, b] = [combination(), combination()];
    rows.push([a, b, [[first + count + products.length, 1n]]]);
    products.push(toField(evaluate(a) * evaluate(b)));
  }
  const witness = [1n, evaluate(forH), evaluate(forY), wireValue(draw), ...values, ...products];
  return { r1cs: r1csFile(rows, witness.length), witness, wtns: wtnsFile(witness) };
}

/** Every wire the same value; a · b = c holds for 0 and 1 only, so rows are linear. */
export function constantCircuit(value: bigint): SmallCircuit {
  const wires = 60;
  const rows: Row[] = Array.from({ length: wires - 1 }, (_, index) => [
    [],
    [],
    [
      [4 + index, 1n],
      [5 + index, -1n],
    ],
  ]);
  rows.push([[[4, 1n]], [[0, 1n]], [[1, 1n]]], [[[0, 1n]], [[5, 1n]], [[2, 1n]]]);
  const witness = [1n, value, value, value, ...Array.from({ length: wires }, () => value)];
  return { r1cs: r1csFile(rows, witness.length), witness, wtns: wtnsFile(witness) };
}
