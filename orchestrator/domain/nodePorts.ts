/** Ports of the node process alone; workers see only `ports.ts`. */
import type { Manifest } from "../../sdk/protocol/manifest.ts";
import type { ContractCall } from "./contractCall.ts";
import type { ErrorRecord } from "./errors.ts";
import type {
  JournaledAnswer,
  JournaledOutput,
  JournaledProof,
  JournaledRefutation,
} from "./journaled.ts";
import type { FloatDifference, Hex, ProofMaking, Work } from "./ports.ts";
import type {
  Block,
  BlockEvents,
  BlockRef,
  Failure,
  JournaledRequest,
  OpenRequest,
  RequestProgress,
  Stage,
  Verification,
} from "./request.ts";
import type { StageTimes } from "./workload.ts";
import type {
  Attempt,
  Fees,
  GasPrices,
  JournaledTransaction,
  Purpose,
  Receipt,
} from "./transaction.ts";

/** The node's memory. Every method is one durable transaction: it has happened when it returns. */
export interface Journal {
  /** Newest applied block; null before the first. */
  tip(): Block | null;
  /** Applied block at or below this number, the newest such. */
  blockAtOrBelow(number: number): Block | null;
  applyBlock(batch: BlockEvents): void;
  /** Forgets all blocks above, and with them what they said about requests and receipts. */
  rollBackTo(block: BlockRef): void;

  /** Releases are immutable: what the registry said once stays true. */
  manifestCid(releaseId: Hex): string | null;
  recordRelease(release: RegisteredRelease): void;
  /** Manifests of the releases that were learnt last, newest first. */
  latestManifests(limit: number): readonly string[];

  request(requestId: Hex): JournaledRequest | null;
  /** Requests that have not ended, those this node gave up included, oldest first. */
  unfinishedRequests(): readonly RequestProgress[];
  /** Stores an output; the first one stays. */
  recordOutput(requestId: Hex, output: JournaledOutput): void;
  output(requestId: Hex): JournaledOutput | null;
  recordProof(requestId: Hex, proof: JournaledProof): void;
  proof(requestId: Hex): JournaledProof | null;
  recordFailure(requestId: Hex, failure: Failure): void;
  /** The optimistic answer that stands; null if there is none. */
  answer(requestId: Hex): JournaledAnswer | null;
  /** Stores whether a second execution gave the journaled output; the first word stays. */
  recordConfirmation(requestId: Hex, isSame: boolean): void;
  /** Stores a refutation; the first one stays. */
  recordRefutation(requestId: Hex, refutation: JournaledRefutation): void;
  refutation(requestId: Hex): JournaledRefutation | null;
  /** Stores that a release's key is the one its circuit makes. */
  recordJudge(releaseId: Hex): void;
  /** Releases whose key is. */
  judges(): ReadonlySet<Hex>;
  /** What the stages of a release took lately. */
  stageTimes(releaseId: Hex): StageTimes;
  /** Verifiers whose requests can only fail. */
  revokedVerifiers(): ReadonlySet<bigint>;
  /**
   * Forgets settled requests, and those nobody ended, with all that hangs on them.
   *
   * @param input.keptSince milliseconds since 1970; what ended, or should have, later is kept
   * @param input.finalNumber what ended in a later block is kept
   * @param input.atMost requests that are forgotten in one call
   * @returns how many were forgotten
   */
  prune(input: {
    readonly keptSince: number;
    readonly finalNumber: number;
    readonly atMost: number;
  }): number;
  /**
   * Forgets commitments to overturns that no remembered refutation opens and that are older than
   * every answer that stands: most are others', which nobody can tell apart from our own in time.
   *
   * @param input.finalNumber commitments of later blocks are kept
   * @param input.atMost commitments that are forgotten in one call
   * @returns how many were forgotten
   */
  pruneCommitments(input: { readonly finalNumber: number; readonly atMost: number }): number;

  /** Journals a signed transaction before it is broadcast. */
  insertTransaction(entry: {
    readonly requestId: Hex;
    readonly otherIds?: readonly Hex[];
    readonly sender: Hex;
    readonly nonce: number;
    readonly purpose: Purpose;
    readonly reason: string | null;
    readonly attempt: Attempt;
  }): JournaledTransaction;
  insertAttempt(transactionId: number, attempt: Attempt): void;
  recordReceipt(transactionId: number, receipt: Receipt): void;
  /** The receipt's block turned out not to be on the chain. */
  forgetReceipt(transactionId: number): void;
  markDone(transactionId: number): void;
  markLost(transactionId: number): void;
  /** Transactions of this sender that are Signed or Mined, by nonce. */
  openTransactions(sender: Hex): readonly JournaledTransaction[];
  /** Highest nonce ever journaled for this sender; null if none. */
  highestNonce(sender: Hex): number | null;
  /** Transactions about one request, oldest first. */
  transactionsOf(requestId: Hex): readonly JournaledTransaction[];
}

/** A transaction that can be signed: the contract accepted it in a dry run. */
export interface PreparedCall {
  readonly to: Hex;
  readonly data: Hex;
  /** Wei that are sent along. */
  readonly value: bigint;
  readonly gasLimit: bigint;
}

export interface Signed {
  readonly hash: Hex;
  readonly raw: Hex;
}

/** What became of a broadcast. "unknown" means just that: it may be in a mempool. */
export type BroadcastResult = "accepted" | "nonce used" | "underpriced" | "unfunded" | "unknown";

/** Reading and writing transactions of the one sender. */
export interface SettlementChain {
  readonly sender: Hex;
  /** Dry run; @throws OrchestratorError ContractReverted with the decoded error's name in data. */
  prepare(call: ContractCall): Promise<PreparedCall>;
  /** A call that only uses up a nonce. */
  prepareCancel(): PreparedCall;
  sign(call: PreparedCall, nonce: number, fees: Fees): Promise<Signed>;
  broadcast(raw: Hex): Promise<BroadcastResult>;
  receipt(hash: Hex): Promise<Receipt | null>;
  /** Whether an RPC endpoint knows the transaction, mined or pending. */
  isKnown(hash: Hex): Promise<boolean>;
  /** Number of mined transactions of the sender. */
  minedNonce(): Promise<number>;
  gasPrices(): Promise<GasPrices>;
}

/** A release as the registry names it. */
export interface RegisteredRelease {
  readonly releaseId: Hex;
  readonly manifestCid: string;
}

export interface ReleaseRegistry {
  /** @throws OrchestratorError ReleaseUnknown */
  release(releaseId: Hex): Promise<RegisteredRelease>;
  /** What the contracts price a request by. @throws OrchestratorError ReleaseUnknown */
  units(releaseId: Hex): Promise<Manifest["units"]>;
  /** Releases the operator has listed itself for, in the order it did; at one level, or at any. */
  servedBy(operatorId: bigint, level?: Verification): Promise<readonly Hex[]>;
  /** keccak256 of the key that judges or proves on chain. @throws OrchestratorError ReleaseUnknown */
  keyId(releaseId: Hex): Promise<Hex>;
}

/** Compares the key of a release with the circuit its model makes, which may take minutes. */
export interface JudgeCheck {
  /** @throws OrchestratorError JudgeForeign, JudgeUnknown; ArtefactMissing and others of reading it */
  check(manifestCid: string, keyId: Hex, signal?: AbortSignal): Promise<void>;
}

/** A second way to compute outputs, which shares neither runtime nor machine with the workers. */
export interface SecondExecution {
  /** @throws OrchestratorError as `Inference.run` */
  run(work: Pick<Work, "manifestCid" | "input">): Promise<{ readonly output: Uint8Array }>;
}

/** What the contracts say of the operator and of whom they would take answers from. */
export interface StakeReader {
  /** What new answers can lock, in the asset's smallest unit. */
  freeBond(): Promise<bigint>;
  /** Operator who alone may answer this open optimistic request now; 0 if none may. */
  fallbackOf(request: Pick<OpenRequest, "preimage">): Promise<bigint>;
}

/** What a worker returned for one job. */
export type JobOutcome =
  | {
      readonly kind: "inferred";
      readonly requestId: Hex;
      readonly output: Uint8Array;
      readonly floatDifference: FloatDifference | null;
      readonly seconds: number;
    }
  | {
      readonly kind: "proven";
      readonly requestId: Hex;
      readonly output: Uint8Array;
      readonly proof: JournaledProof;
      readonly making: ProofMaking;
    }
  | {
      readonly kind: "refuted";
      readonly requestId: Hex;
      readonly output: Uint8Array;
      readonly proof: JournaledProof;
      readonly making: ProofMaking;
    }
  | {
      readonly kind: "failed";
      readonly requestId: Hex;
      readonly stage: Stage;
      readonly error: ErrorRecord;
    };

export type QueueState =
  { readonly isReady: true } | { readonly isReady: false; readonly reason: ErrorRecord };

/** The work list. It may lose everything at any moment; the journal feeds it again. */
export interface WorkQueue {
  state(): QueueState;
  /**
   * Adds a job unless it is there; returns the outcome if it already has one.
   *
   * @param isUrgent whether it goes before all that wait
   */
  offer(stage: Stage, requestId: Hex, isUrgent: boolean): Promise<JobOutcome | null>;
  /** Forgets a job whose outcome is journaled, or that nobody needs any more. */
  forget(stage: Stage, requestId: Hex): Promise<void>;
}
