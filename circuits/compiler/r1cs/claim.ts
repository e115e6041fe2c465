import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import { commitmentBlocks, commitmentState } from "../../../sdk/protocol/commitment.ts";
import type { Combination, FieldCombination } from "./combination.ts";
import { ONE_WIRE, wireOf } from "./combination.ts";
import type { ConstraintSystem } from "./constraintSystem.ts";
import { PUBLIC_WIRES } from "./constraintSystem.ts";
import { fieldSum } from "./fieldSum.ts";
import { poseidon } from "./gadgets/poseidon.ts";

/** Forces the public h to the Poseidon commitment of all words; returns its value where computed. */
export function enforceCommitment(
  system: ConstraintSystem,
  words: readonly FieldCombination[],
): bigint | undefined {
  let state: FieldCombination = {
    wires: [ONE_WIRE],
    coefficients: [commitmentState(words.length)],
  };
  let offset = 0;
  for (const size of commitmentBlocks(words.length)) {
    state = poseidon(system, words.slice(offset, offset + size), state);
    offset += size;
  }
  return enforcePublic(system, PUBLIC_WIRES.commitment, state);
}

/**
 * Forces the public y to Σ words[i] · c^i by Horner's rule: one row a word. The public c is used on
 * these words only, all of which h commits to.
 */
export function enforceEvaluation(
  system: ConstraintSystem,
  words: readonly FieldCombination[],
): bigint | undefined {
  const challenge = wireOf(PUBLIC_WIRES.challenge);
  const [last = fieldSum([]), ...earlier] = words.toReversed();
  const first = earlier.pop();
  if (first === undefined) return enforcePublic(system, PUBLIC_WIRES.evaluation, last);

  let sum = last;
  for (const word of earlier) {
    const factor = sum;
    const next = system.wire(() => hornerStep(system, factor, word));
    sum = fieldSum([[next, 1n]]);
    enforceHornerStep(system, { factor, challenge, word, next });
  }
  const next = wireOf(PUBLIC_WIRES.evaluation);
  enforceHornerStep(system, { factor: sum, challenge, word: first, next });
  if (!system.computesValues) return undefined;
  const evaluation = hornerStep(system, sum, first);
  system.values.set(PUBLIC_WIRES.evaluation, evaluation);
  return evaluation;
}

function hornerStep(
  system: ConstraintSystem,
  factor: FieldCombination,
  word: FieldCombination,
): bigint {
  const challenge = system.values.field(PUBLIC_WIRES.challenge);
  return (system.fieldValueOf(factor) * challenge + system.fieldValueOf(word)) % FIELD_ORDER;
}

function enforceHornerStep(
  system: ConstraintSystem,
  step: {
    readonly factor: FieldCombination;
    readonly challenge: Combination;
    readonly word: FieldCombination;
    readonly next: Combination;
  },
): void {
  const { factor, challenge, word, next } = step;
  const rest = fieldSum([
    [next, 1n],
    [word, -1n],
  ]);
  system.enforce(factor, challenge, rest);
}

function enforcePublic(
  system: ConstraintSystem,
  wire: number,
  value: FieldCombination,
): bigint | undefined {
  const known = system.computesValues ? system.fieldValueOf(value) : undefined;
  if (known !== undefined) system.values.set(wire, known);
  system.enforceZero(
    fieldSum([
      [value, 1n],
      [wireOf(wire), -1n],
    ]),
  );
  return known;
}
