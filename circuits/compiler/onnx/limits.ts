/** What a model file may claim before anything of that size is allocated. */
export const LIMITS = {
  fileBytes: 256 * 2 ** 20,
  nodes: 100_000,
  rank: 12,
  tensorElements: 2 ** 24,
  totalElements: 2 ** 26,
  lowestOpset: 7,
  highestOpset: 22,
} as const;
