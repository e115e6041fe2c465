/** A chain's second as people read it. */
export function formatTime(second: bigint): string {
  return new Date(Number(second) * 1_000).toISOString().replace(".000Z", "Z");
}
