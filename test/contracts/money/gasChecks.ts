import { strict as assert } from "node:assert";

import {
  creditsOf,
  gasPriceOf,
  gasUnits,
  settledGas,
  withCall,
  type PaidStep,
  type Used,
} from "./amounts.ts";
import type { Live, Sent } from "./session.ts";

/** A step's gas, as the contract paid it. */
export interface PaidGas {
  readonly sent: Sent;
  /** Altogether, also for an earlier transaction. */
  readonly gasFee: bigint;
  readonly earlier?: bigint;
  readonly step: PaidStep;
  readonly isCalled: boolean;
  readonly input: bigint;
  readonly output: bigint;
}

/** Of an answer that is not final: nobody is credited yet. */
export function checkGas(live: Live, paid: PaidGas & { readonly credits?: bigint }): void {
  const gasPrice = gasPriceOf(paid.sent.gas, live.terms.maxGasPrice);
  const { credits = 0n } = paid;
  checkPaid(live, paid, (callback) => {
    return gasUnits(paid.step, usedOf(paid, callback, credits)) * gasPrice;
  });
  if (gasPrice > 0n) assert.equal(paid.gasFee % gasPrice, 0n, "gas is paid by the unit");
}

/** Of a step that splits the escrow. */
export function checkSettledGas(live: Live, paid: PaidGas): void {
  const gasPrice = gasPriceOf(paid.sent.gas, live.terms.maxGasPrice);
  const { escrow, price, royalty, protocolFee } = live.agreed;
  const held = escrow - price - royalty - protocolFee;
  const credits = creditsOf(royalty, protocolFee);
  const { step, earlier = 0n } = paid;
  checkPaid(live, paid, (callback) => {
    const used = usedOf(paid, callback, credits);
    return settledGas({ step, used, gasPrice, earlier, held });
  });
}

/** Only what the callback used is not known beforehand: within its bounds, and exact where there is none or it
 * burns all. */
function checkPaid(
  { terms, consumer }: Live,
  { gasFee, isCalled }: PaidGas,
  feeOf: (callback: bigint) => bigint,
): void {
  const isHeard = isCalled && terms.callbackGas > 0n && consumer.mood !== "has no code";
  if (!isHeard) return assert.equal(gasFee, feeOf(0n), "gas without a callback");
  const highest = feeOf(withCall(terms.callbackGas));
  if (consumer.mood === "burns gas") return assert.equal(gasFee, highest, "all of it");
  const lowest = feeOf(withCall(0n));
  assert.ok(gasFee >= lowest && gasFee <= highest, `callback gas of a fee of ${gasFee}`);
}

const usedOf = ({ input, output }: PaidGas, callback: bigint, credits: bigint): Used => ({
  input,
  output,
  callback,
  credits,
});
