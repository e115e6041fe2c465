/** Level of trust of an answer, weakest first. */
export type Verification = "Optimistic" | "Tee" | "Zk";

/** In the order of the enum in Solidity. */
export const VERIFICATIONS = ["Optimistic", "Tee", "Zk"] as const satisfies readonly Verification[];

/** Number of a level in the ABI. */
export function verificationNumber(level: Verification): bigint {
  return BigInt(VERIFICATIONS.indexOf(level));
}
