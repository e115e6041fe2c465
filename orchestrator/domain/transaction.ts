import type { Hex } from "./ports.ts";
import type { BlockRef } from "./request.ts";

/**
 * Signed: bytes journaled, fate unknown (also after a broadcast, also after a time-out).
 * Mined: a receipt stands in a block that may still be rolled back. Done: deep enough.
 * Lost: the nonce was used by a transaction that is not ours.
 */
export type TransactionState = "Signed" | "Mined" | "Done" | "Lost";

/** What the bytes of one attempt do: settle, or only use up the nonce. */
export type AttemptPurpose = "fulfill" | "cancel";

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
  readonly sender: Hex;
  readonly nonce: number;
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

/** Fees of a first attempt: room for the base fee to double, within the caps. */
export function firstFees(baseFee: bigint, caps: FeeCaps): Fees | null {
  const tip = caps.maxPriorityFeePerGas;
  if (baseFee >= caps.maxFeePerGas) return null;
  const wanted = baseFee * 2n + tip;
  const maxFeePerGas = wanted < caps.maxFeePerGas ? wanted : caps.maxFeePerGas;
  return { maxFeePerGas, maxPriorityFeePerGas: tip < maxFeePerGas ? tip : maxFeePerGas };
}

/**
 * Fees of a replacement: both at least an eighth higher, as mempools demand, and enough for the
 * present base fee. Null when that needs more than the caps: then the old attempt stays.
 */
export function bumpedFees(last: Fees, baseFee: bigint, caps: FeeCaps): Fees | null {
  const minimum = raised(last.maxFeePerGas);
  const tip = raised(last.maxPriorityFeePerGas);
  const wanted = baseFee * 2n + tip;
  const maxFeePerGas = smaller(wanted > minimum ? wanted : minimum, caps.maxFeePerGas);
  if (maxFeePerGas < minimum || tip > maxFeePerGas) return null;
  // The tip may pass its own cap on a bump, or no mempool would take the replacement; the total
  // stays under maxFeePerGas.
  return { maxFeePerGas, maxPriorityFeePerGas: tip };
}

function raised(fee: bigint): bigint {
  return (fee * 9n) / 8n + 1n;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
