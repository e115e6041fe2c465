import { grainGenConstants, poseidon } from "@noble/curves/abstract/poseidon.js";
import type { PoseidonFn } from "@noble/curves/abstract/poseidon.js";
import { bn254 } from "@noble/curves/bn254.js";

/** Full rounds of every width. */
export const FULL_ROUNDS = 8;

/** Most inputs of one permutation: its width is one more. */
export const MAX_POSEIDON_INPUTS = 16;

// Security parameters of circomlib for widths 2 … 17.
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

/** Constants of one width, as in circomlib's reference implementation. */
export interface PoseidonParameters {
  readonly width: number;
  readonly partialRounds: number;
  /** [round][element], added before the round's fifth powers. */
  readonly roundConstants: readonly (readonly bigint[])[];
  /** Row i makes element i of the next state. */
  readonly matrix: readonly (readonly bigint[])[];
}

const known = new Map<number, PoseidonParameters & { readonly permute: PoseidonFn }>();

/** Constants for `inputs` inputs, 1 … 16; made on first use (about 30 ms for 16). */
export function poseidonParameters(inputs: number): PoseidonParameters {
  return parametersOf(inputs);
}

/**
 * circomlib's `PoseidonEx(inputs.length, 1)` with an initial state, which is circomlibjs's
 * `poseidon(inputs, initialState)`. Takes 1 … 16 field elements.
 */
export function poseidonEx(inputs: readonly bigint[], initialState: bigint): bigint {
  const [first] = parametersOf(inputs.length).permute([initialState, ...inputs]);
  if (first === undefined) throw new RangeError("a permutation has at least one element");
  return first;
}

function parametersOf(inputs: number): PoseidonParameters & { readonly permute: PoseidonFn } {
  const made = known.get(inputs);
  if (made !== undefined) return made;
  const partialRounds = PARTIAL_ROUNDS[inputs - 1];
  if (partialRounds === undefined) {
    throw new RangeError(`Poseidon takes 1 to ${MAX_POSEIDON_INPUTS} inputs, not ${inputs}`);
  }
  const options = {
    Fp: bn254.fields.Fr,
    t: inputs + 1,
    roundsFull: FULL_ROUNDS,
    roundsPartial: partialRounds,
    sboxPower: 5,
  };
  const { roundConstants, mds } = grainGenConstants(options);
  const permute = poseidon({ ...options, roundConstants, mds });
  const parameters = { width: inputs + 1, partialRounds, roundConstants, matrix: mds, permute };
  known.set(inputs, parameters);
  return parameters;
}
