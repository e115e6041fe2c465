import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import type { Combination, FieldCombination, Row, Wire } from "./combination.ts";
import { isFieldCombination, ONE_WIRE, termCount, wireOf, ZERO } from "./combination.ts";
import { CombinationSum } from "./combinationSum.ts";
import { WireValues } from "./wireValues.ts";

/** Public signals in circom's order, as wires. */
export const PUBLIC_WIRES = { commitment: 1, evaluation: 2, challenge: 3 } as const;

const FIRST_PRIVATE_WIRE = 4;

/** Doubles add integers exactly below this. */
const EXACT_LIMIT = 2 ** 53;

/** What a system has counted so far. */
export interface CircuitSize {
  readonly rows: number;
  readonly wires: number;
  /** Rows that force a wire to 0 or 1. */
  readonly bits: number;
  readonly termsA: number;
  readonly termsB: number;
  readonly termsC: number;
}

/**
 * Constraints and wire values of one circuit, made by the same calls so that they cannot drift.
 * `keepsRows` collects rows for `takeRows`; `computesValues` calls the `compute` of every wire.
 */
export class ConstraintSystem {
  readonly computesValues: boolean;
  readonly values = new WireValues();
  readonly #keepsRows: boolean;
  readonly #sum = new CombinationSum();
  #rows: Row[] = [];
  #rowCount = 0;
  #wireCount = FIRST_PRIVATE_WIRE;
  #bitCount = 0;
  #terms = { a: 0, b: 0, c: 0 };

  constructor(options: { readonly keepsRows: boolean; readonly computesValues: boolean }) {
    this.#keepsRows = options.keepsRows;
    this.computesValues = options.computesValues;
    this.values.set(ONE_WIRE, 1);
  }

  get size(): CircuitSize {
    const { a, b, c } = this.#terms;
    return {
      rows: this.#rowCount,
      wires: this.#wireCount,
      bits: this.#bitCount,
      termsA: a,
      termsB: b,
      termsC: c,
    };
  }

  /** Rows kept and not taken yet. */
  get pendingRows(): number {
    return this.#rows.length;
  }

  takeRows(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** A new private wire; unconstrained until rows say otherwise. */
  wire(compute: () => number | bigint): Combination {
    const wire = this.#wireCount++;
    if (this.computesValues) this.values.set(wire, compute());
    return wireOf(wire);
  }

  /** Adds the row a · b = c. */
  enforce(
    a: Combination | FieldCombination,
    b: Combination | FieldCombination,
    c: Combination | FieldCombination,
  ): void {
    this.#rowCount++;
    this.#terms.a += a.wires.length;
    this.#terms.b += b.wires.length;
    this.#terms.c += c.wires.length;
    if (this.#keepsRows) this.#rows.push({ a, b, c });
  }

  /** Adds the row 0 · 0 = combination: only the matrix C sees its terms. */
  enforceZero(combination: Combination | FieldCombination): void {
    this.enforce(ZERO, ZERO, combination);
  }

  /** A wire forced to 0 or 1. */
  bit(compute: () => number): Combination {
    const bit = this.wire(compute);
    this.#bitCount++;
    const wire = bit.wires[0] as Wire;
    this.enforce(bit, { wires: [wire, ONE_WIRE], coefficients: [1, -1] }, ZERO);
    return bit;
  }

  /** Forces a combination to 0 or 1. */
  enforceBit(combination: Combination): void {
    this.#bitCount++;
    this.enforce(combination, this.sum([[combination, 1]], -1), ZERO);
  }

  /** A wire equal to a · b. */
  product(a: Combination, b: Combination): Combination {
    const result = this.wire(() => this.valueOf(a) * this.valueOf(b));
    this.enforce(a, b, result);
    return result;
  }

  /** A wire equal to a combination, by one linear row. */
  named(combination: Combination): Combination {
    if (termCount(combination) <= 1) return combination;
    const result = this.wire(() => this.valueOf(combination));
    this.enforceZero(this.difference(combination, result));
    return result;
  }

  /** Σ factor · combination + constant. */
  sum(terms: Iterable<readonly [Combination, number]>, constant = 0): Combination {
    for (const [combination, factor] of terms) this.#sum.add(combination, factor);
    return this.#sum.addConstant(constant).take();
  }

  difference(a: Combination, b: Combination): Combination {
    return this.#sum.add(a).add(b, -1).take();
  }

  /** The accumulator itself, for loops that would otherwise build lists; empty it with `take`. */
  get accumulator(): CombinationSum {
    return this.#sum;
  }

  /** As `valueOf`, or NaN where values are not computed: for sums that many wires are read from. */
  valueIfComputed(combination: Combination): number {
    return this.computesValues ? this.valueOf(combination) : NaN;
  }

  /** Value of a combination of small wires below 2^53; only where values are computed. */
  valueOf(combination: Combination): number {
    const { wires, coefficients } = combination;
    let value = 0;
    let magnitude = 0;
    for (let i = 0; i < wires.length; i++) {
      const term = (coefficients[i] as number) * this.values.small(wires[i] as Wire);
      value += term;
      magnitude += Math.abs(term);
    }
    return magnitude < EXACT_LIMIT ? value : this.#exactValueOf(combination);
  }

  /** Terms of a table may cancel beyond what doubles add exactly. */
  #exactValueOf({ wires, coefficients }: Combination): number {
    let value = 0n;
    for (let i = 0; i < wires.length; i++) {
      value += BigInt(coefficients[i] as number) * BigInt(this.values.small(wires[i] as Wire));
    }
    return Number(value);
  }

  /** Value of any combination in 0 … r − 1; only where values are computed. */
  fieldValueOf(combination: Combination | FieldCombination): bigint {
    return fieldValue(combination, this.values);
  }
}

/** Value of a combination in 0 … r − 1. */
export function fieldValue(
  combination: Combination | FieldCombination,
  values: WireValues,
): bigint {
  let value = 0n;
  const { wires } = combination;
  for (let i = 0; i < wires.length; i++) {
    const coefficient = isFieldCombination(combination)
      ? (combination.coefficients[i] as bigint)
      : BigInt(combination.coefficients[i] as number);
    value += coefficient * values.field(wires[i] as Wire);
  }
  const rest = value % FIELD_ORDER;
  return rest < 0n ? rest + FIELD_ORDER : rest;
}
