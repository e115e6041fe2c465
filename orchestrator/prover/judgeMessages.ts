import type { ErrorRecord } from "../domain/errors.ts";

/** What the process that compares a key is given. */
export interface JudgeRequest {
  /** keccak256 of the key on chain. */
  readonly keyId: string;
  /** sha-256 of the circuit that the manifest names. */
  readonly circuitDigest: string;
  readonly integerModel: Uint8Array;
  readonly provingKey: Uint8Array;
  /** Prepared powers of tau of the ceremony; null: only development keys can be compared. */
  readonly ptauFile: string | null;
}

/** Null: the key is the one that the circuit makes. */
export type JudgeReply = ErrorRecord | null;
