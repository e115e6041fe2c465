import type { Listed } from "./amounts.ts";

const PRICE_DELAY_SECONDS = 3_600n;
const FEE_PERIOD_SECONDS = 21_600n;

/** What an operator asks for at one level: cuts hold at once, rises after an hour, also for who leaves. */
export interface Listing {
  readonly isListed: boolean;
  /** Outside the list: what he left with. */
  readonly current: Listed;
  /** In the list: what holds from then on. Outside: when he is bound no more. */
  readonly waiting?: { readonly listed: Listed; readonly from: bigint };
  readonly boundUntil: bigint;
}

export function listedAt({ current, waiting }: Listing, time: bigint): Listed {
  return waiting !== undefined && time >= waiting.from ? waiting.listed : current;
}

export function afterServing(before: Listing | undefined, asked: Listed, time: bigint): Listing {
  const isBound = before !== undefined && (before.isListed || time < before.boundUntil);
  const current = isBound ? listedAt(before, time) : asked;
  if (asked.price <= current.price) return { isListed: true, current: asked, boundUntil: 0n };
  const waiting = { listed: asked, from: time + PRICE_DELAY_SECONDS };
  return { isListed: true, current, waiting, boundUntil: 0n };
}

export function afterLeaving(before: Listing, time: bigint): Listing {
  return {
    isListed: false,
    current: listedAt(before, time),
    boundUntil: time + PRICE_DELAY_SECONDS,
  };
}

/** Highest base fee that was noted, by period. */
export type BaseFees = ReadonlyMap<bigint, bigint>;

export const periodOf = (time: bigint): bigint => time / FEE_PERIOD_SECONDS;

/** Whether gas cost more than the requester pays for: then nobody was late. */
export function isExcused(
  noted: BaseFees,
  baseFee: bigint,
  request: {
    readonly maxGasPrice: bigint;
    readonly assignedAt: bigint;
    readonly primaryUntil: bigint;
  },
): boolean {
  const { maxGasPrice } = request;
  if (maxGasPrice === 0n) return false;
  if (baseFee > maxGasPrice) return true;
  for (let i = periodOf(request.assignedAt); i <= periodOf(request.primaryUntil); ++i) {
    if ((noted.get(i) ?? 0n) > maxGasPrice) return true;
  }
  return false;
}
