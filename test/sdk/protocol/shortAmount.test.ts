import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isShortAmount, nextShortAmount } from "../../../sdk/protocol/shortAmount.ts";

const MOST = 1_023n * 10n ** 63n;

describe("short amounts", () => {
  it("are numbers up to 1,023 with zeros behind", () => {
    for (const amount of [0n, 1n, 1_023n, 1_030n, 10n ** 18n, 1_023n * 10n ** 15n, MOST]) {
      assert.equal(isShortAmount(amount), true, String(amount));
    }
    for (const amount of [-1n, 1_024n, 1_031n, 10n ** 18n + 1n, MOST + 1n, 10n ** 67n]) {
      assert.equal(isShortAmount(amount), false, String(amount));
    }
  });

  it("lie at most 1% above any amount, and none lies between", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, MOST), fc.bigInt(0n, 66n), (seed, digits) => {
        const amount = seed / 10n ** digits;
        const next = nextShortAmount(amount);
        assert.ok(isShortAmount(next));
        assert.ok(next >= amount && (next - amount) * 100n <= amount);
        assert.equal(next === amount, isShortAmount(amount));
        let unit = 1n;
        while (next / unit > 1_023n) unit *= 10n;
        if (next > amount) assert.ok(next - unit < amount);
      }),
    );
  });

  it("end with 1,023 times 10^63", () => {
    assert.equal(nextShortAmount(MOST - 1n), MOST);
    for (const amount of [-1n, MOST + 1n]) {
      assert.throws(() => nextShortAmount(amount), RangeError);
    }
  });
});
