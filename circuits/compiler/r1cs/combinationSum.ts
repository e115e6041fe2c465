import type { Combination, Wire } from "./combination.ts";
import { ONE_WIRE } from "./combination.ts";

/** Doubles hold integers up to here exactly. */
const EXACT_LIMIT = 2 ** 53;

/** A coefficient that doubles do not hold, though the values it belongs to may be small. */
export class InexactCoefficient extends Error {}

/**
 * Adds combinations up, merging equal wires, in time linear in their terms. One sum is reused for
 * all combinations of a system: `add…`, then `take`.
 */
export class CombinationSum {
  #coefficients = new Float64Array(1024);
  #isTouched = new Uint8Array(1024);
  #touched: Wire[] = [];

  add(combination: Combination, factor = 1): this {
    if (factor === 0) return this;
    const { wires, coefficients } = combination;
    for (let i = 0; i < wires.length; i++) {
      this.#addTerm(wires[i] as number, factor * (coefficients[i] as number));
    }
    return this;
  }

  addConstant(value: number): this {
    if (value !== 0) this.#addTerm(ONE_WIRE, value);
    return this;
  }

  /** The sum without zero terms; the accumulator is empty again. */
  take(): Combination {
    const wires = this.#touched.filter((wire) => this.#coefficients[wire] !== 0);
    const coefficients = wires.map((wire) => this.#coefficients[wire] as number);
    for (const wire of this.#touched) {
      this.#coefficients[wire] = 0;
      this.#isTouched[wire] = 0;
    }
    this.#touched = [];
    return wires.length < 16
      ? { wires, coefficients }
      : { wires: Int32Array.from(wires), coefficients: Float64Array.from(coefficients) };
  }

  #addTerm(wire: Wire, coefficient: number): void {
    if (wire >= this.#coefficients.length) this.#grow(wire);
    const sum = (this.#coefficients[wire] as number) + coefficient;
    if (!(Math.abs(sum) < EXACT_LIMIT && Math.abs(coefficient) < EXACT_LIMIT)) {
      throw new InexactCoefficient(`coefficient ${sum} of wire ${wire} may reach 2^53`);
    }
    this.#coefficients[wire] = sum;
    if (this.#isTouched[wire] === 1) return;
    this.#isTouched[wire] = 1;
    this.#touched.push(wire);
  }

  #grow(wire: Wire): void {
    const size = Math.max(wire + 1, this.#coefficients.length * 2);
    const coefficients = new Float64Array(size);
    coefficients.set(this.#coefficients);
    this.#coefficients = coefficients;
    const isTouched = new Uint8Array(size);
    isTouched.set(this.#isTouched);
    this.#isTouched = isTouched;
  }
}
