/** The simulated world's amounts, in wei. What a deployment would choose itself is as in development. */
export const ECONOMY = {
  /** What operators ask for a unit of work on average; an answer has 3, a proof 2, bytes 1. */
  computePrice: 10n ** 15n,
  proofPrice: 10n ** 15n,
  bytePrice: 10n ** 14n,
  /** What running the model once, and proving it once, costs outside the chain. */
  computeCost: 10n ** 15n,
  proofCost: 10n ** 15n,
  /** What an operator puts up: eight tickets. */
  operatorBond: 4n * 10n ** 18n,
  /** Least bond behind an answer where the requester asks for no more. */
  answerBond: 2n * 10n ** 16n,
  /** What a liar gets elsewhere once his wrong answer is final. */
  gain: 5n * 10n ** 15n,
  /** Most gas price that requests reimburse, in wei per gas. */
  maxGasPrice: 4n * 10n ** 9n,
  /** Royalty and protocol fee on top of each price, in 1/10,000. */
  royaltyBps: 500n,
  protocolFeeBps: 100n,
} as const;

/** Units of one answer of the simulated release. */
export const UNITS = { compute: 3, proof: 2, byte: 1 } as const;

/** Time the assigned operator has to himself, and the time a request lives. */
export const PRIMARY_WINDOW_SECONDS = 60n;
export const LIFETIME_SECONDS = 600n;

/** Price of an optimistic answer at average prices. */
export const ANSWER_PRICE = 3n * ECONOMY.computePrice + ECONOMY.bytePrice;
