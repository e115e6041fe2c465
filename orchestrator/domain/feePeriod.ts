import type { RequestProgress } from "./request.ts";

/** The registry remembers the highest base fee noted in each period of so many seconds. */
export const FEE_PERIOD_SECONDS = 21_600;

/** Number of the period that a chain second is in. */
export function feePeriodOf(time: number): number {
  return Math.floor(time / FEE_PERIOD_SECONDS);
}

/** Periods in which a base fee that was noted excuses the assigned operator; none if nothing does. */
export function feePeriodsOf({ agreement, primaryUntil }: RequestProgress): readonly number[] {
  if (agreement === null || agreement.maxGasPrice === 0n) return [];
  const first = feePeriodOf(agreement.assignedAt);
  const count = feePeriodOf(primaryUntil) - first + 1;
  return Array.from({ length: count }, (_, index) => first + index);
}
