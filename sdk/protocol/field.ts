/** Order of BN254's scalar field: every signal of a proof is below it. */
export const FIELD_ORDER =
  21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** The representative of an integer in 0 … r − 1. */
export function toField(value: bigint): bigint {
  const rest = value % FIELD_ORDER;
  return rest < 0n ? rest + FIELD_ORDER : rest;
}
