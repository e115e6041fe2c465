import { toField } from "../../../sdk/protocol/field.ts";
import type { Combination, FieldCombination, Wire } from "./combination.ts";
import { isFieldCombination } from "./combination.ts";

/** Σ factor · combination with coefficients in the field, for words and hashes. */
export function fieldSum(
  terms: Iterable<readonly [Combination | FieldCombination, bigint]>,
): FieldCombination {
  const coefficients = new Map<Wire, bigint>();
  for (const [combination, factor] of terms) {
    const { wires } = combination;
    for (let i = 0; i < wires.length; i++) {
      const coefficient = isFieldCombination(combination)
        ? (combination.coefficients[i] as bigint)
        : BigInt(combination.coefficients[i] as number);
      const wire = wires[i] as Wire;
      coefficients.set(wire, toField((coefficients.get(wire) ?? 0n) + coefficient * factor));
    }
  }
  const kept = [...coefficients].filter(([, coefficient]) => coefficient !== 0n);
  return {
    wires: kept.map(([wire]) => wire),
    coefficients: kept.map(([, coefficient]) => coefficient),
  };
}
