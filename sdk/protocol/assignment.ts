import { encodeStatic, keccak, type Hex } from "./abiEncoding.ts";

/** What the coordinator adds to a request; fields as in `Assignment.sol`. */
export interface Assignment {
  readonly operatorId: bigint;
  readonly payer: Hex;
  readonly verifierId: bigint;
  readonly key: Hex;
  readonly grade: bigint;
  readonly price: bigint;
  readonly royalty: bigint;
  readonly publisher: Hex;
  readonly escrow: bigint;
  readonly bond: bigint;
  readonly outputLength: bigint;
  readonly outputPayload: bigint;
  readonly assignedAt: bigint;
  readonly primaryUntil: bigint;
  readonly latePenalty: bigint;
}

const DIGEST_BITS = 248;

/** What an open request's slot holds beside the status: the low 248 bits of the hash. */
export function assignmentDigest(requestId: Hex, assignment: Assignment): bigint {
  const hash = keccak(
    encodeStatic([
      requestId,
      assignment.operatorId,
      assignment.payer,
      assignment.verifierId,
      assignment.key,
      assignment.grade,
      assignment.price,
      assignment.royalty,
      assignment.publisher,
      assignment.escrow,
      assignment.bond,
      assignment.outputLength,
      assignment.outputPayload,
      assignment.assignedAt,
      assignment.primaryUntil,
      assignment.latePenalty,
    ]),
  );
  return BigInt.asUintN(DIGEST_BITS, BigInt(hash));
}
