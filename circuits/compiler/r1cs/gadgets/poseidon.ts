import { FIELD_ORDER } from "../../../../sdk/protocol/field.ts";
import { FULL_ROUNDS } from "../../../../sdk/protocol/poseidon.ts";
import type { Combination, FieldCombination, Wire } from "../combination.ts";
import { ONE_WIRE, termCount } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";
import { fieldSum } from "../fieldSum.ts";
import type { PartialForm } from "./poseidonTemplate.ts";
import { poseidonTemplate } from "./poseidonTemplate.ts";

const HALF = FULL_ROUNDS / 2;

/** A fifth power: a wire, or a number where its input is constant. */
type Power = Wire | bigint;

/**
 * circomlib's PoseidonEx(n, 1): three rows per fifth power, everything linear carried along
 * (609 rows for 16 inputs and a constant initial state).
 */
export function poseidon(
  system: ConstraintSystem,
  inputs: readonly FieldCombination[],
  initialState: FieldCombination,
): FieldCombination {
  const { width, matrix, roundConstants, partialRounds, partialInputs, stateAfter } =
    poseidonTemplate(inputs.length);
  const fullRound = (powers: readonly Power[], round: number): readonly Power[] =>
    matrix.map((row, i) =>
      fifthPower(system, affineForm(powers, row, roundConstants[round]?.[i] as bigint)),
    );

  let powers: readonly Power[] = [initialState, ...inputs].map((element, i) =>
    fifthPower(system, plusConstant(element, roundConstants[0]?.[i] as bigint)),
  );
  for (let round = 1; round < HALF; round++) powers = fullRound(powers, round);

  const partial: Power[] = [];
  const formOf = (form: PartialForm): FieldCombination =>
    affineForm([...powers, ...partial], [...form.overFull, ...form.overPartial], form.constant);
  for (const form of partialInputs) partial.push(fifthPower(system, formOf(form)));

  powers = stateAfter.map((form) => fifthPower(system, formOf(form)));
  for (let round = HALF + partialRounds + 1; round < FULL_ROUNDS + partialRounds; round++) {
    powers = fullRound(powers, round);
  }
  return affineForm(powers, (matrix[0] ?? []).slice(0, width), 0n);
}

/** Combination^5 by its square and its fourth power. */
function fifthPower(system: ConstraintSystem, base: FieldCombination): Power {
  if (termCount(base) === 0) {
    const constant = base.coefficients[0] ?? 0n;
    return constant ** 5n % FIELD_ORDER;
  }
  const square = product(system, base, base);
  const fourth = product(system, square, square);
  const fifth = product(system, fourth, base);
  return fifth.wires[0] as Wire;
}

function product(
  system: ConstraintSystem,
  a: Combination | FieldCombination,
  b: Combination | FieldCombination,
): Combination {
  const result = system.wire(() => (system.fieldValueOf(a) * system.fieldValueOf(b)) % FIELD_ORDER);
  system.enforce(a, b, result);
  return result;
}

/** Σ coefficients[i] · powers[i] + constant. */
function affineForm(
  powers: readonly Power[],
  coefficients: readonly bigint[],
  constant: bigint,
): FieldCombination {
  const wires: Wire[] = [];
  const kept: bigint[] = [];
  let fixed = constant;
  for (let i = 0; i < coefficients.length; i++) {
    const power = powers[i] as Power;
    const coefficient = coefficients[i] as bigint;
    if (typeof power === "bigint") fixed += coefficient * power;
    else if (coefficient !== 0n) {
      wires.push(power);
      kept.push(coefficient);
    }
  }
  fixed %= FIELD_ORDER;
  if (fixed !== 0n) {
    wires.push(ONE_WIRE);
    kept.push(fixed);
  }
  return { wires, coefficients: kept };
}

function plusConstant(combination: FieldCombination, constant: bigint): FieldCombination {
  return fieldSum([
    [combination, 1n],
    [{ wires: [ONE_WIRE], coefficients: [1n] }, constant],
  ]);
}
