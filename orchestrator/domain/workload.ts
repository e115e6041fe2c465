import type { Hex } from "./ports.ts";
import type { RequestProgress } from "./request.ts";

/** What one job of each stage takes, in seconds; null where none was measured yet. */
export interface StageTimes {
  readonly infer: number | null;
  readonly prove: number | null;
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
  readonly timesOf: (releaseId: Hex) => StageTimes;
  readonly slots: number;
  readonly now: number;
}): ReadonlyMap<Hex, number> {
  const { requests, timesOf, slots, now } = input;
  const result = new Map<Hex, number>();
  let ahead = 0;
  for (const [position, request] of requests.entries()) {
    const own = remainingWork(request, timesOf(request.releaseId));
    if (own === null) continue;
    // The first ones are being worked on; how far they are is not known, so their age counts.
    const done = position < slots ? (now - request.seenAt) / 1_000 : 0;
    const left = Math.max(0, own - done);
    result.set(request.requestId, ahead / slots + left);
    ahead += left;
  }
  return result;
}

function remainingWork(request: RequestProgress, { infer, prove }: StageTimes): number | null {
  const { level, answer, hasOutput, hasProof } = request;
  const isProofDue = level === "Zk" || answer !== null;
  const first = hasOutput ? 0 : infer;
  const second = hasProof || !isProofDue ? 0 : prove;
  return first === null || second === null ? null : first + second;
}
