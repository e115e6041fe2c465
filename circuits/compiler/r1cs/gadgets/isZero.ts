import { FIELD_ORDER, toField } from "../../../../sdk/protocol/field.ts";
import type { Combination } from "../combination.ts";
import { ONE, ZERO } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";

/** A wire that is 1 where the value is zero, else 0: value · inverse = 1 − z and value · z = 0. */
export function isZero(system: ConstraintSystem, value: Combination): Combination {
  const inverse = system.wire(() => inverseOf(system.valueOf(value)));
  const zero = system.wire(() => (system.valueOf(value) === 0 ? 1 : 0));
  system.enforce(value, inverse, system.difference(ONE, zero));
  system.enforce(value, zero, ZERO);
  return zero;
}

const small = new Map<number, bigint>();

/** 1 / value in the field; 0 for 0. */
function inverseOf(value: number): bigint | number {
  if (Math.abs(value) <= 1) return value;
  const known = small.get(value);
  if (known !== undefined) return known;
  const inverse = invert(toField(BigInt(value)));
  if (Math.abs(value) < 1024) small.set(value, inverse);
  return inverse;
}

function invert(value: bigint): bigint {
  let [a, b] = [value, FIELD_ORDER];
  let [x, y] = [1n, 0n];
  while (a !== 1n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [x, y] = [y - quotient * x, x];
  }
  return toField(x);
}
