import type { Hex } from "./ports.ts";

export interface Waiting {
  readonly requestId: Hex;
  readonly requester: Hex;
}

/**
 * Picks who enters the queue next: round robin over requesters, each in their own order, so that
 * one requester's thousand requests do not stand in front of another's one.
 *
 * @param input.waiting requests outside the queue, oldest first
 * @param input.queued requests already inside; they count as their requesters' turns taken
 * @param input.capacity how many may be inside at the same time
 */
export function fairShare(input: {
  readonly waiting: readonly Waiting[];
  readonly queued: readonly Waiting[];
  readonly capacity: number;
}): readonly Hex[] {
  const free = input.capacity - input.queued.length;
  const turns = new Map<Hex, number>();
  for (const { requester } of input.queued) turns.set(requester, takenBy(requester, turns) + 1);
  const ranked = input.waiting.map((entry, position) => {
    const round = takenBy(entry.requester, turns);
    turns.set(entry.requester, round + 1);
    return { requestId: entry.requestId, round, position };
  });
  ranked.sort((a, b) => a.round - b.round || a.position - b.position);
  return ranked.slice(0, Math.max(0, free)).map((entry) => entry.requestId);
}

function takenBy(requester: Hex, turns: ReadonlyMap<Hex, number>): number {
  return turns.get(requester) ?? 0;
}
