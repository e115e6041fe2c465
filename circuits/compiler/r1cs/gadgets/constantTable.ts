import type { Combination } from "../combination.ts";
import { ONE, termCount } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";

/**
 * table[Σ 2^i bits[i]] for constant entries: the table as a polynomial in the bits, with products of
 * the lower bits made once and one row per product of upper bits. About 2^(n/2+1) + 2^(n/2) rows.
 * Entries past the end of the table are never reached; the caller has proven that.
 */
export function constantTable(
  system: ConstraintSystem,
  bits: readonly Combination[],
  table: Float64Array,
): Combination {
  const coefficients = polynomialOf(table, bits.length);
  const lowerCount = Math.ceil(bits.length / 2);
  const lower = monomials(system, bits.slice(0, lowerCount));
  const upper = monomials(system, bits.slice(lowerCount));

  const parts = upper.map((monomial, block) => {
    const sum = system.accumulator;
    lower.forEach((term, i) => sum.add(term, coefficients[block * lower.length + i] ?? 0));
    const factor = sum.take();
    if (block === 0) return factor;
    if (termCount(factor) > 0) return system.product(monomial, factor);
    return system.sum([[monomial, factor.coefficients[0] ?? 0]]);
  });
  return system.sum(parts.map((part) => [part, 1] as const));
}

const polynomials = new WeakMap<Float64Array, Float64Array>();

/** Coefficient of each product of bits (index = which bits), from the table's values. */
function polynomialOf(table: Float64Array, bitCount: number): Float64Array {
  const known = polynomials.get(table);
  if (known?.length === 2 ** bitCount) return known;
  const coefficients = new Float64Array(2 ** bitCount);
  coefficients.fill(table[table.length - 1] as number);
  coefficients.set(table);
  for (let step = 1; step < coefficients.length; step *= 2) {
    for (let i = 0; i < coefficients.length; i++) {
      if ((i & step) === 0) continue;
      coefficients[i] = (coefficients[i] as number) - (coefficients[i ^ step] as number);
    }
  }
  polynomials.set(table, coefficients);
  return coefficients;
}

/** All products of a set of bits, index = which bits: 2^n − n − 1 rows. */
function monomials(system: ConstraintSystem, bits: readonly Combination[]): readonly Combination[] {
  let products: readonly Combination[] = [ONE];
  for (const bit of bits) {
    const extended = products.map((product, i) => (i === 0 ? bit : system.product(product, bit)));
    products = [...products, ...extended];
  }
  return products;
}
