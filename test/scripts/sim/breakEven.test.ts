import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { breakEvenInTheory, breakEvenOf, SCHEMES } from "../../../scripts/sim/breakEven.ts";

describe("breakEvenOf", () => {
  it("is where the line through the points crosses zero", () => {
    const line = [0, 0.2, 0.5, 1].map((watched) => ({ watched, profit: 3 - 10 * watched }));
    assert.ok(Math.abs(breakEvenOf(line) - 0.3) < 1e-12);
  });

  it("is 0 where lying never pays and 1 where it always does", () => {
    const at = (profit: number) => [0, 0.5, 1].map((watched) => ({ watched, profit }));
    assert.equal(breakEvenOf(at(-1)), 0);
    assert.equal(breakEvenOf(at(1)), 1);
  });

  it("refuses points that make no line", () => {
    const point = { watched: 0.5, profit: 1 };
    assert.throws(() => breakEvenOf([point, point]), RangeError);
    assert.throws(() => breakEvenOf([]), RangeError);
  });
});

describe("breakEvenInTheory", () => {
  it("makes both sides of the bet equal", () => {
    const [bond, price, gain] = [20, 3, 7];
    const stakes = { bond, price, gain };
    const alone = breakEvenInTheory("alone", stakes);
    assert.ok(Math.abs((1 - alone) * (gain + price) - alone * bond) < 1e-12);
    const gang = breakEvenInTheory("gang", stakes);
    assert.ok(Math.abs((1 - gang) * gain - (gang * bond) / 2) < 1e-12);
    const early = breakEvenInTheory("early", stakes);
    assert.ok(Math.abs(gain + (1 - early) * price - early * bond) < 1e-12);
  });

  it("says always where the gain comes at once and exceeds the bond", () => {
    assert.equal(breakEvenInTheory("early", { bond: 20, price: 3, gain: 21 }), 1);
  });

  it("falls with the bond and rises with the gain", () => {
    for (const scheme of SCHEMES) {
      const at = (bond: number, gain: number): number =>
        breakEvenInTheory(scheme, { bond, price: 1, gain });
      assert.ok(at(30, 5) < at(20, 5), scheme);
      assert.ok(at(20, 6) > at(20, 5), scheme);
    }
  });
});
