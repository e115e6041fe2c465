import type { Hex } from "./ports.ts";
import type { RequestProgress } from "./request.ts";

/** What one job of each stage takes, in seconds. */
export interface StageTimes {
  readonly infer: number;
  readonly prove: number;
}

/**
 * Seconds until each request's answer is ready if they are worked off in this order. A request of
 * a release that was never answered has no entry and delays nobody.
 *
 * @param input.requests those that are worked on, oldest first
 * @param input.slots jobs of one stage that all workers together do at the same time
 * @param input.now milliseconds since 1970
 */
export function secondsToAnswer(input: {
  readonly requests: readonly RequestProgress[];
  readonly timesOf: (releaseId: Hex) => StageTimes | null;
  readonly slots: number;
  readonly now: number;
}): ReadonlyMap<Hex, number> {
  const { requests, timesOf, slots, now } = input;
  const result = new Map<Hex, number>();
  let ahead = 0;
  for (const [position, request] of requests.entries()) {
    const times = timesOf(request.releaseId);
    if (times === null) continue;
    const own = remainingWork(request, times);
    // The first ones are being worked on; how far they are is not known, so their age counts.
    const done = position < slots ? (now - request.seenAt) / 1_000 : 0;
    const left = Math.max(0, own - done);
    result.set(request.requestId, ahead / slots + left);
    ahead += left;
  }
  return result;
}

function remainingWork(request: RequestProgress, { infer, prove }: StageTimes): number {
  return (request.hasOutput ? 0 : infer) + (request.hasProof ? 0 : prove);
}
