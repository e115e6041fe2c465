import { FIELD_ORDER, toField } from "../../sdk/protocol/field.ts";

/** Arithmetic modulo the order r of the BN254 groups, on bigints in [0, r). */

/** The order of the field that point coordinates live in. */
export const BASE_FIELD_ORDER =
  21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** 2^28 divides r − 1; 5 is the smallest non-residue, from which snarkjs takes its roots. */
const MAX_DOMAIN_POWER = 28;
const NON_RESIDUE = 5n;

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = toField(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % FIELD_ORDER;
    square = (square * square) % FIELD_ORDER;
  }
  return result;
}

export function inverse(value: bigint): bigint {
  if (toField(value) === 0n) throw new RangeError("zero has no inverse");
  return power(value, FIELD_ORDER - 2n);
}

/** Inverses of all values with one exponentiation; every value must be non-zero. */
function inverses(values: readonly bigint[]): bigint[] {
  const prefix: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    prefix.push(product);
    product = (product * value) % FIELD_ORDER;
  }
  let rest = inverse(product);
  const result = Array.from({ length: values.length }, () => 0n);
  for (let index = values.length - 1; index >= 0; index -= 1) {
    result[index] = (rest * (prefix[index] ?? 0n)) % FIELD_ORDER;
    rest = (rest * (values[index] ?? 0n)) % FIELD_ORDER;
  }
  return result;
}

/** `count` terms of first, first·ratio, first·ratio², … */
export function geometric(first: bigint, ratio: bigint, count: number): bigint[] {
  const terms = Array.from({ length: count }, () => 0n);
  let term = first;
  for (let index = 0; index < count; index += 1) {
    terms[index] = term;
    term = (term * ratio) % FIELD_ORDER;
  }
  return terms;
}

/** The primitive 2^domainPower-th root of unity that snarkjs uses. */
function rootOfUnity(domainPower: number): bigint {
  if (domainPower > MAX_DOMAIN_POWER) throw new RangeError(`no domain of 2^${domainPower}`);
  return power(NON_RESIDUE, (FIELD_ORDER - 1n) >> BigInt(domainPower));
}

/** Values at tau of the Lagrange basis of the 2^domainPower-th roots of unity. */
export function lagrangeAt(tau: bigint, domainPower: number): bigint[] {
  const size = 1n << BigInt(domainPower);
  const points = geometric(tau, inverse(rootOfUnity(domainPower)), Number(size));
  const factor = toField((power(tau, size) - 1n) * inverse(size));
  return inverses(points.map((point) => toField(point - 1n))).map(
    (value) => (value * factor) % FIELD_ORDER,
  );
}

/**
 * The same without the term τ^(2^domainPower − 1): snarkjs writes the largest domain of a ptau so,
 * because the file holds one power less than that domain has.
 */
export function truncatedLagrangeAt(tau: bigint, domainPower: number): bigint[] {
  const size = 1n << BigInt(domainPower);
  const root = rootOfUnity(domainPower);
  const missing = geometric(toField(power(tau, size - 1n) * inverse(size)), root, Number(size));
  return lagrangeAt(tau, domainPower).map((value, index) =>
    toField(value - (missing[index] ?? 0n)),
  );
}
