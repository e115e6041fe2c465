import { FIELD_ORDER, toField } from "../../../sdk/protocol/field.ts";
import type {
  Combination,
  FieldCombination,
  Wire,
} from "../../../circuits/compiler/r1cs/combination.ts";
import { isFieldCombination, ONE_WIRE } from "../../../circuits/compiler/r1cs/combination.ts";

/** Σ coefficient · wire in the field, without zero terms; the constant stands on wire 0. */
export type Form = ReadonlyMap<Wire, bigint>;

export const ZERO: Form = new Map();

export function formOf(combination: Combination | FieldCombination): Form {
  const form = new Map<Wire, bigint>();
  Array.from(combination.wires).forEach((wire, i) => {
    const coefficient = isFieldCombination(combination)
      ? (combination.coefficients[i] ?? 0n)
      : BigInt(combination.coefficients[i] ?? 0);
    form.set(wire, toField((form.get(wire) ?? 0n) + coefficient));
  });
  return sum(form, ZERO, 1n);
}

/** form + factor · other. */
export function sum(form: Form, other: Form, factor: bigint): Form {
  const result = new Map(form);
  for (const [wire, coefficient] of other) {
    const total = toField((result.get(wire) ?? 0n) + factor * coefficient);
    if (total === 0n) result.delete(wire);
    else result.set(wire, total);
  }
  for (const [wire, coefficient] of result) if (coefficient === 0n) result.delete(wire);
  return result;
}

export function scaled(form: Form, factor: bigint): Form {
  return sum(ZERO, form, factor);
}

export function constant(value: bigint): Form {
  return sum(ZERO, new Map([[ONE_WIRE, 1n]]), value);
}

export function isConstant(form: Form): boolean {
  return form.size === 0 || (form.size === 1 && form.has(ONE_WIRE));
}

export function constantOf(form: Form): bigint {
  return form.get(ONE_WIRE) ?? 0n;
}

export function equals(form: Form, other: Form): boolean {
  return sum(form, other, -1n).size === 0;
}

/** The integer nearest to zero. */
export function signed(value: bigint): bigint {
  return value > FIELD_ORDER / 2n ? value - FIELD_ORDER : value;
}

/** 1 / value = value^(r − 2), by squaring; the value is not zero. */
export function inverse(value: bigint): bigint {
  if (value === 1n) return 1n;
  if (value === FIELD_ORDER - 1n) return FIELD_ORDER - 1n;
  let result = 1n;
  let base = value;
  for (let exponent = FIELD_ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % FIELD_ORDER;
    base = (base * base) % FIELD_ORDER;
  }
  return result;
}
