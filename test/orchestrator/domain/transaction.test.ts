import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { assert as assertProperty, bigInt, property, tuple } from "fast-check";

import { bumpedFees, firstFees } from "../../../orchestrator/domain/transaction.ts";

const caps = { maxFeePerGas: 100n, maxPriorityFeePerGas: 2n };
/** What gas costs where nobody knows the usual tip. */
const at = (baseFee: bigint, tip: bigint | null = null) => ({ baseFee, tip });
const wei = bigInt({ min: 1n, max: 10n ** 15n });

describe("firstFees", () => {
  it("leaves room for the base fee to double", () => {
    assert.deepEqual(firstFees(at(10n), caps), { maxFeePerGas: 22n, maxPriorityFeePerGas: 2n });
  });

  it("tips what the market asks, up to the cap, and the cap where nobody knows", () => {
    assert.equal(firstFees(at(10n, 1n), caps)?.maxPriorityFeePerGas, 1n);
    assert.equal(firstFees(at(10n, 0n), caps)?.maxPriorityFeePerGas, 0n);
    assert.equal(firstFees(at(10n, 9n), caps)?.maxPriorityFeePerGas, 2n);
    assert.equal(firstFees(at(10n, null), caps)?.maxPriorityFeePerGas, 2n);
  });

  it("stops at the cap and signs nothing when the base fee alone reaches it", () => {
    assert.deepEqual(firstFees(at(99n), caps), { maxFeePerGas: 100n, maxPriorityFeePerGas: 2n });
    assert.equal(firstFees(at(100n), caps), null);
  });

  it("never offers a tip above the whole fee", () => {
    const fees = firstFees(at(1n), { maxFeePerGas: 3n, maxPriorityFeePerGas: 50n });
    assert.deepEqual(fees, { maxFeePerGas: 3n, maxPriorityFeePerGas: 3n });
  });
});

describe("bumpedFees", () => {
  it("raises both fees by at least an eighth and never passes the cap", () => {
    assertProperty(
      property(tuple(wei, wei, wei, wei, wei), ([fee, tip, baseFee, cap, market]) => {
        const last = { maxFeePerGas: fee > tip ? fee : tip, maxPriorityFeePerGas: tip };
        const bothCaps = { maxFeePerGas: cap, maxPriorityFeePerGas: cap };
        const bumped = bumpedFees(last, { baseFee, tip: market }, bothCaps);
        if (bumped === null) return;
        assert.ok(bumped.maxFeePerGas <= cap);
        assert.ok(bumped.maxFeePerGas * 8n >= last.maxFeePerGas * 9n);
        assert.ok(bumped.maxPriorityFeePerGas * 8n >= tip * 9n);
        assert.ok(bumped.maxPriorityFeePerGas <= bumped.maxFeePerGas);
      }),
    );
  });

  it("leaves the old attempt alone when a replacement needs more than the cap", () => {
    const last = { maxFeePerGas: 95n, maxPriorityFeePerGas: 2n };
    assert.equal(bumpedFees(last, at(10n), caps), null);
  });

  it("follows the base fee within the cap", () => {
    const last = { maxFeePerGas: 22n, maxPriorityFeePerGas: 2n };
    assert.equal(bumpedFees(last, at(40n), caps)?.maxFeePerGas, 83n);
    assert.equal(bumpedFees(last, at(80n), caps)?.maxFeePerGas, 100n);
  });

  it("follows a tip that rose since", () => {
    const last = { maxFeePerGas: 22n, maxPriorityFeePerGas: 2n };
    const wide = { maxFeePerGas: 100n, maxPriorityFeePerGas: 20n };
    assert.equal(bumpedFees(last, at(10n, 15n), wide)?.maxPriorityFeePerGas, 15n);
    assert.equal(bumpedFees(last, at(10n, 99n), wide)?.maxPriorityFeePerGas, 20n);
    assert.equal(bumpedFees(last, at(10n, 1n), wide)?.maxPriorityFeePerGas, 3n);
  });
});
