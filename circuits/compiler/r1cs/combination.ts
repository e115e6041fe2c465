/** Index of a wire: 0 is the constant one, then h, y, c, then private wires. */
export type Wire = number;

export const ONE_WIRE: Wire = 0;

/** Σ coefficient · wire with exact integers below 2^53; the constant term stands on wire 0. */
export interface Combination {
  readonly wires: ArrayLike<Wire>;
  readonly coefficients: ArrayLike<number>;
}

/** As `Combination`, with coefficients in 0 … r − 1. */
export interface FieldCombination {
  readonly wires: ArrayLike<Wire>;
  readonly coefficients: readonly bigint[];
}

/** One constraint: a · b = c. */
export interface Row {
  readonly a: Combination | FieldCombination;
  readonly b: Combination | FieldCombination;
  readonly c: Combination | FieldCombination;
}

export const ZERO: Combination = { wires: [], coefficients: [] };
export const ONE: Combination = { wires: [ONE_WIRE], coefficients: [1] };

export function constantOf(value: number): Combination {
  return value === 0 ? ZERO : { wires: [ONE_WIRE], coefficients: [value] };
}

export function wireOf(wire: Wire): Combination {
  return { wires: [wire], coefficients: [1] };
}

/** Terms other than the constant. */
export function termCount(combination: Combination | FieldCombination): number {
  let count = 0;
  for (let i = 0; i < combination.wires.length; i++) if (combination.wires[i] !== ONE_WIRE) count++;
  return count;
}

export function isFieldCombination(
  combination: Combination | FieldCombination,
): combination is FieldCombination {
  return typeof combination.coefficients[0] === "bigint";
}
