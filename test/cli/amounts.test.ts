import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";

import { COIN, formatAmount, parseAmount, tokenUnits } from "../../apps/cli/chain/amounts.ts";
import { CliError } from "../../apps/cli/failure.ts";

describe("parseAmount", () => {
  const right: readonly (readonly [string, bigint])[] = [
    ["0", 0n],
    ["1000", 1_000n],
    ["7wei", 7n],
    ["20gwei", 20n * 10n ** 9n],
    ["0.5eth", 5n * 10n ** 17n],
    ["1.000000000000000001eth", 10n ** 18n + 1n],
    ["0.000000001gwei", 1n],
  ];
  for (const [text, expected] of right) {
    it(`reads ${text}`, () => {
      assert.equal(parseAmount(text), expected);
    });
  }

  const wrong: readonly (readonly [string, RegExp])[] = [
    ["0.5", /has a fraction but no unit/],
    ["1,000", /is no amount/],
    ["1_000", /is no amount/],
    ["1e18", /is no amount/],
    ["-1eth", /is no amount/],
    ["+1", /is no amount/],
    ["0x10", /is no amount/],
    [".5eth", /is no amount/],
    ["5.eth", /is no amount/],
    ["1 eth", /is no amount/],
    ["1ETH", /is no amount/],
    ["", /is no amount/],
    ["eth", /is no amount/],
    ["1finney", /unit "finney", which is none of wei, gwei, eth/],
    ["1constructor", /unit "constructor"/],
    ["0.5wei", /more decimals than one wei has: 0/],
    ["1.0000000001gwei", /more decimals than one gwei has: 9/],
  ];
  for (const [text, expected] of wrong) {
    it(`refuses "${text}" and says how to write it`, () => {
      assert.throws(
        () => parseAmount(text),
        (error) => {
          assert.ok(error instanceof CliError);
          assert.match(error.message, expected);
          assert.match(error.next, /0\.5eth, 20gwei, or 1000 for wei/);
          return true;
        },
      );
    });
  }

  it("knows a token by its decimals, and no coin beside it", () => {
    const units = tokenUnits(6);
    assert.equal(parseAmount("12.5token", units), 12_500_000n);
    assert.equal(parseAmount("12", units), 12n);
    assert.throws(() => parseAmount("1eth", units), /none of unit, token/);
  });
});

describe("formatAmount", () => {
  it("chooses the unit that reads best and leaves nothing out", () => {
    assert.equal(formatAmount(0n), "0eth");
    assert.equal(formatAmount(ether(3n) / 2n), "1.5eth");
    assert.equal(formatAmount(1_500_000_000n), "1.5gwei");
    assert.equal(formatAmount(1n), "1wei");
    assert.equal(formatAmount(ether(1n) + 1n), "1.000000000000000001eth");
    assert.equal(formatAmount(12_500_000n, tokenUnits(6)), "12.5token");
    assert.equal(formatAmount(5n, tokenUnits(0)), "5unit");
  });

  it("writes what parseAmount reads as the same amount", () => {
    const decimals = fc.option(fc.nat({ max: 77 }), { nil: null });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), decimals, (amount, own) => {
        const units = own === null ? COIN : tokenUnits(own);
        assert.equal(parseAmount(formatAmount(amount, units), units), amount);
      }),
    );
  });
});

function ether(amount: bigint): bigint {
  return amount * 10n ** 18n;
}
