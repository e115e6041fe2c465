import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { assert as assertProperty, bigInt, property, tuple } from "fast-check";

import { bumpedFees, firstFees } from "../../../orchestrator/domain/transaction.ts";

const caps = { maxFeePerGas: 100n, maxPriorityFeePerGas: 2n };
const wei = bigInt({ min: 1n, max: 10n ** 15n });

describe("firstFees", () => {
  it("leaves room for the base fee to double", () => {
    assert.deepEqual(firstFees(10n, caps), { maxFeePerGas: 22n, maxPriorityFeePerGas: 2n });
  });

  it("stops at the cap and signs nothing when the base fee alone reaches it", () => {
    assert.deepEqual(firstFees(99n, caps), { maxFeePerGas: 100n, maxPriorityFeePerGas: 2n });
    assert.equal(firstFees(100n, caps), null);
  });

  it("never offers a tip above the whole fee", () => {
    const fees = firstFees(1n, { maxFeePerGas: 3n, maxPriorityFeePerGas: 50n });
    assert.deepEqual(fees, { maxFeePerGas: 3n, maxPriorityFeePerGas: 3n });
  });
});

describe("bumpedFees", () => {
  it("raises both fees by at least an eighth and never passes the cap", () => {
    assertProperty(
      property(tuple(wei, wei, wei, wei), ([fee, tip, baseFee, cap]) => {
        const last = { maxFeePerGas: fee > tip ? fee : tip, maxPriorityFeePerGas: tip };
        const bumped = bumpedFees(last, baseFee, { maxFeePerGas: cap, maxPriorityFeePerGas: cap });
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
    assert.equal(bumpedFees(last, 10n, caps), null);
  });

  it("follows the base fee within the cap", () => {
    const last = { maxFeePerGas: 22n, maxPriorityFeePerGas: 2n };
    assert.equal(bumpedFees(last, 40n, caps)?.maxFeePerGas, 83n);
    assert.equal(bumpedFees(last, 80n, caps)?.maxFeePerGas, 100n);
  });
});
