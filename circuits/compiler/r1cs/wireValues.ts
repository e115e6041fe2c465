import { toField } from "../../../sdk/protocol/field.ts";
import type { Wire } from "./combination.ts";

/** Values of wires: small integers as doubles, field elements beside them. */
export class WireValues {
  #small = new Float64Array(1024);
  readonly #large = new Map<Wire, bigint>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  set(wire: Wire, value: number | bigint): void {
    if (wire >= this.#small.length) this.#grow(wire);
    this.#count = Math.max(this.#count, wire + 1);
    if (typeof value === "number") {
      this.#small[wire] = value;
      this.#large.delete(wire);
    } else {
      this.#small[wire] = NaN;
      this.#large.set(wire, toField(value));
    }
  }

  /** The value as an integer, negative ones as such; NaN for a field element. */
  small(wire: Wire): number {
    return this.#small[wire] as number;
  }

  /** The value in 0 … r − 1. */
  field(wire: Wire): bigint {
    return this.#large.get(wire) ?? toField(BigInt(this.small(wire)));
  }

  #grow(wire: Wire): void {
    const grown = new Float64Array(Math.max(wire + 1, this.#small.length * 2));
    grown.set(this.#small);
    this.#small = grown;
  }
}
