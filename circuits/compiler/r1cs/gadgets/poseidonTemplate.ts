import { FIELD_ORDER } from "../../../../sdk/protocol/field.ts";
import { FULL_ROUNDS, poseidonParameters } from "../../../../sdk/protocol/poseidon.ts";

const HALF = FULL_ROUNDS / 2;

type Vector = readonly bigint[];
type Matrix = readonly Vector[];

/** An affine form over the outputs u of the fourth full round and those o of the partial rounds. */
export interface PartialForm {
  readonly overFull: Vector;
  readonly overPartial: Vector;
  readonly constant: bigint;
}

/**
 * Poseidon in substituted form: what enters each fifth power as an affine form of what left earlier
 * ones. It depends on the width only, so it is made once.
 */
export interface PoseidonTemplate {
  readonly width: number;
  readonly matrix: Matrix;
  /** Constants added before the full rounds' powers, [round][element]; the middle ones are unused. */
  readonly roundConstants: Matrix;
  readonly partialRounds: number;
  /** What enters the power of partial round r: over u and o[0 … r − 1]. */
  readonly partialInputs: readonly PartialForm[];
  /** The state entering the full rounds after the partial ones: over u and all o. */
  readonly stateAfter: readonly PartialForm[];
}

const made = new Map<number, PoseidonTemplate>();

export function poseidonTemplate(inputs: number): PoseidonTemplate {
  const known = made.get(inputs);
  if (known !== undefined) return known;
  const template = makeTemplate(inputs);
  made.set(inputs, template);
  return template;
}

function makeTemplate(inputs: number): PoseidonTemplate {
  const { width, partialRounds, roundConstants, matrix } = poseidonParameters(inputs);
  // One partial round maps the state s to M(s with its first element replaced by o) + constants:
  // linear in s by M without its first column, and in o by that column.
  const step = matrix.map((row) => row.map((entry, j) => (j === 0 ? 0n : entry)));
  const firstColumn = matrix.map((row) => row[0] as bigint);

  const columns = powers(firstColumn, partialRounds, (vector) => timesVector(step, vector));
  const firstRow = step[0]?.map((_, j) => (j === 0 ? 1n : 0n)) ?? [];
  const rows = powers(firstRow, partialRounds + 1, (vector) => vectorTimes(vector, step));
  const constants = powers(roundConstants[HALF] as Vector, partialRounds + 1, (vector, round) =>
    add(timesVector(step, vector), roundConstants[HALF + 1 + round] as Vector),
  );

  const partialInputs = rows.slice(0, partialRounds).map((row, round) => ({
    overFull: vectorTimes(row, matrix),
    overPartial: Array.from({ length: round }, (_, j) => columns[round - 1 - j]?.[0] as bigint),
    constant: constants[round]?.[0] as bigint,
  }));
  const afterSteps = multiply(power(step, partialRounds), matrix);
  const stateAfter = afterSteps.map((overFull, i) => ({
    overFull,
    overPartial: Array.from(
      { length: partialRounds },
      (_, j) => columns[partialRounds - 1 - j]?.[i] as bigint,
    ),
    constant: constants[partialRounds]?.[i] as bigint,
  }));
  return { width, matrix, roundConstants, partialRounds, partialInputs, stateAfter };
}

/** start, next(start), … : `count` vectors. */
function powers(
  start: Vector,
  count: number,
  next: (vector: Vector, round: number) => Vector,
): readonly Vector[] {
  const vectors = [start];
  while (vectors.length < count) {
    vectors.push(next(vectors[vectors.length - 1] as Vector, vectors.length - 1));
  }
  return vectors;
}

function dot(a: Vector, b: Vector): bigint {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += (a[i] as bigint) * (b[i] as bigint);
  return sum % FIELD_ORDER;
}

function timesVector(matrix: Matrix, vector: Vector): Vector {
  return matrix.map((row) => dot(row, vector));
}

function vectorTimes(vector: Vector, matrix: Matrix): Vector {
  return timesVector(transpose(matrix), vector);
}

function add(a: Vector, b: Vector): Vector {
  return a.map((value, i) => (value + (b[i] as bigint)) % FIELD_ORDER);
}

function transpose(matrix: Matrix): Matrix {
  return matrix.map((_, j) => matrix.map((row) => row[j] as bigint));
}

function multiply(a: Matrix, b: Matrix): Matrix {
  const columns = transpose(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
}

function power(matrix: Matrix, exponent: number): Matrix {
  if (exponent === 1) return matrix;
  const half = power(matrix, Math.floor(exponent / 2));
  const square = multiply(half, half);
  return exponent % 2 === 0 ? square : multiply(square, matrix);
}
