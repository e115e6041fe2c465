import { closeSync, openSync, writeSync } from "node:fs";

import type { Row } from "../../circuits/compiler/r1cs/combination.ts";
import type { CircuitSize } from "../../circuits/compiler/r1cs/constraintSystem.ts";
import { writeR1cs } from "../../circuits/compiler/r1cs/writeR1cs.ts";

/** h, y, c as every release has them; then the bits. */
const [H, Y, C, FIRST] = [1, 2, 3, 4];
/** Bits of one neuron's sum. */
const SUM_BITS = 24;
/** Weights are this large at most, on either side of zero. */
const WEIGHT_BITS = 19;

/** Neurons of a network, each a sum of `inputs` weighted bits that is split into bits again. */
export interface SumsCircuit {
  readonly neurons: number;
  readonly inputs: number;
}

export function sizeOfSums({ neurons, inputs }: SumsCircuit): CircuitSize {
  const bits = neurons * SUM_BITS;
  return {
    rows: bits + neurons + 2,
    wires: FIRST + bits,
    bits,
    termsA: 2 * bits + 1,
    termsB: bits + 1,
    termsC: neurons * (SUM_BITS + inputs) + 3,
  };
}

/** Writes the circuit row by row. Keys need no witness, and none is made: weights are drawn. */
export function writeSumsCircuit(circuit: SumsCircuit, path: string): void {
  const file = openSync(path, "w");
  try {
    const size = sizeOfSums(circuit);
    writeR1cs({ size, rows: () => rows(circuit) }, (chunk) => void writeSync(file, chunk));
  } finally {
    closeSync(file);
  }
}

function* rows({ neurons, inputs }: SumsCircuit): Generator<Row> {
  const random = generator();
  const bits = neurons * SUM_BITS;
  for (let neuron = 0; neuron < neurons; neuron += 1) {
    const first = FIRST + neuron * SUM_BITS;
    const own = Array.from({ length: SUM_BITS }, (_, bit) => first + bit);
    for (const wire of own) {
      yield { a: terms([wire, 1], [0, -1]), b: terms([wire, 1]), c: terms() };
    }
    const others = Array.from({ length: inputs }, () => {
      const weight = (random() % 2 ** (WEIGHT_BITS + 1)) - 2 ** WEIGHT_BITS;
      return [FIRST + (random() % bits), weight] as const;
    });
    yield { a: terms(), b: terms(), c: terms(...own.map(powerOfTwo), ...others) };
  }
  yield { a: terms(), b: terms(), c: terms([H, 1], [FIRST, -1]) };
  yield { a: terms([H, 1]), b: terms([C, 1]), c: terms([Y, 1]) };
}

function powerOfTwo(wire: number, bit: number) {
  return [wire, 2 ** bit] as const;
}

function terms(...list: readonly (readonly [wire: number, coefficient: number])[]) {
  return { wires: list.map(([wire]) => wire), coefficients: list.map(([, value]) => value) };
}

/** The same numbers each time, 31 bits each. */
function generator(): () => number {
  let state = 54_321;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 1;
  };
}
