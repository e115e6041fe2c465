import type { Hex } from "./ports.ts";
import type { BlockRef } from "./request.ts";

/**
 * Signed: bytes journaled, fate unknown (also after a broadcast, also after a time-out).
 * Mined: a receipt stands in a block that may still be rolled back. Done: deep enough.
 * Lost: the nonce was used by a transaction that is not ours.
 */
export type TransactionState = "Signed" | "Mined" | "Done" | "Lost";

/** What a transaction is for, by the contracts' function it calls. */
export const PURPOSES = [
  "fulfill",
  "fulfillBatch",
  "decline",
  "expire",
  "fail",
  "noteBaseFee",
  "finalize",
  "finalizeMany",
  "escalate",
  "failAnswered",
  "commitOverturn",
  "overturn",
  "challenge",
  "closeChallenge",
] as const;

export type Purpose = (typeof PURPOSES)[number];

/** What the bytes of one attempt do: what the transaction is for, or only use up the nonce. */
export type AttemptPurpose = Purpose | "cancel";

/** One set of signed bytes; a bump is a further attempt on the same nonce. */
export interface Attempt {
  readonly hash: Hex;
  readonly raw: Hex;
  readonly purpose: AttemptPurpose;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  /** Milliseconds since 1970. */
  readonly signedAt: number;
}

export interface Receipt {
  readonly hash: Hex;
  readonly block: BlockRef;
  readonly succeeded: boolean;
  readonly gasUsed: bigint;
}

export interface JournaledTransaction {
  readonly id: number;
  readonly requestId: Hex;
  /** Further requests it is about, if it is a batch. */
  readonly otherIds: readonly Hex[];
  readonly sender: Hex;
  readonly nonce: number;
  readonly purpose: Purpose;
  /** Code of the reason for it; null where the purpose says all. */
  readonly reason: string | null;
  readonly state: TransactionState;
  /** Oldest first, never empty. */
  readonly attempts: readonly Attempt[];
  readonly receipt: Receipt | null;
}

/** Fees of an attempt, in wei. */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** The operator's limits; never exceeded, whatever the market says. */
export interface FeeCaps extends Fees {}

/** What gas costs now, in wei per gas. */
export interface GasPrices {
  readonly baseFee: bigint;
  /** Tip that recent blocks were content with; null where the RPC names none. */
  readonly tip: bigint | null;
}

/** Fees of a first attempt: room for the base fee to double, within the caps. */
export function firstFees({ baseFee, tip }: GasPrices, caps: FeeCaps): Fees | null {
  const cappedTip = tipWithin(tip, caps);
  if (baseFee >= caps.maxFeePerGas) return null;
  const maxFeePerGas = smaller(baseFee * 2n + cappedTip, caps.maxFeePerGas);
  return { maxFeePerGas, maxPriorityFeePerGas: smaller(cappedTip, maxFeePerGas) };
}

/**
 * Fees of a replacement: both at least an eighth higher, as mempools demand, and enough for the
 * present market. Null when that needs more than the caps: then the old attempt stays.
 */
export function bumpedFees(last: Fees, { baseFee, tip }: GasPrices, caps: FeeCaps): Fees | null {
  const minimum = raised(last.maxFeePerGas);
  // The tip may pass its own cap on a bump, or no mempool would take the replacement; the total
  // stays under maxFeePerGas.
  const marketTip = smaller(tipWithin(tip, caps), caps.maxFeePerGas);
  const newTip = greater(raised(last.maxPriorityFeePerGas), marketTip);
  const wanted = greater(baseFee * 2n + newTip, minimum);
  const maxFeePerGas = smaller(wanted, caps.maxFeePerGas);
  if (maxFeePerGas < minimum || newTip > maxFeePerGas) return null;
  return { maxFeePerGas, maxPriorityFeePerGas: newTip };
}

/** The market's tip up to the cap; the cap where nobody knows the market. */
export function tipWithin(tip: bigint | null, { maxPriorityFeePerGas }: FeeCaps): bigint {
  return tip === null ? maxPriorityFeePerGas : smaller(tip, maxPriorityFeePerGas);
}

function raised(fee: bigint): bigint {
  return (fee * 9n) / 8n + 1n;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
