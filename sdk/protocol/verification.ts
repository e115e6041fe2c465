/** Level of trust of an answer, weakest first. */
export type Verification = "Optimistic" | "Tee" | "Zk";

/** In the order of the enum in Solidity. */
export const VERIFICATIONS = ["Optimistic", "Tee", "Zk"] as const satisfies readonly Verification[];

/** Number of a level in the ABI. */
export function verificationNumber(level: Verification): bigint {
  return BigInt(VERIFICATIONS.indexOf(level));
}

/** Levels as a release on chain holds them: bit 2^number is set for each. */
export function levelBits(levels: readonly Verification[]): bigint {
  return levels.reduce((bits, level) => bits | (1n << verificationNumber(level)), 0n);
}
