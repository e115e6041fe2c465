/** Ports of the node process alone; workers see only `ports.ts`. */
import type { Manifest } from "../../sdk/protocol/manifest.ts";
import type { ErrorRecord } from "./errors.ts";
import type { FloatDifference, Groth16Proof, Hex, Work } from "./ports.ts";
import type {
  Block,
  BlockEvents,
  BlockRef,
  EndStatus,
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
  TransactionState,
} from "./transaction.ts";

export interface JournaledOutput {
  readonly output: Uint8Array;
  /** Time of the inference. */
  readonly seconds: number;
}

export interface JournaledProof {
  readonly proof: Groth16Proof;
  readonly commitment: bigint;
  /** Time of the proof alone, without loading keys. */
  readonly seconds: number;
}

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
  /** What the stages of a release took lately; null before its first answer. */
  stageTimes(releaseId: Hex): StageTimes | null;
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

  /** Journals a signed transaction before it is broadcast. */
  insertTransaction(entry: {
    readonly requestId: Hex;
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

/** What a settlement needs; chain/ turns it into calldata. */
export interface Fulfilment {
  readonly request: Pick<OpenRequest, "requestId" | "input" | "preimage">;
  readonly output: Uint8Array;
  readonly proof: JournaledProof;
  /** Operator that is paid; the proof is bound to it. */
  readonly payee: bigint;
}

/** One call of the contracts, with all it says. */
export type ContractCall =
  | ({ readonly purpose: "fulfill" } & Fulfilment)
  | {
      readonly purpose: "decline" | "expire" | "fail";
      readonly request: Pick<OpenRequest, "requestId" | "preimage">;
    }
  | { readonly purpose: "noteBaseFee" };

/** A transaction that can be signed: the contract accepted it in a dry run. */
export interface PreparedCall {
  readonly to: Hex;
  readonly data: Hex;
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
  /** Releases the operator has listed itself for, in the order it did. */
  servedBy(operatorId: bigint): Promise<readonly Hex[]>;
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
  /** Adds a job unless it is there; returns the outcome if it already has one. */
  offer(stage: Stage, requestId: Hex): Promise<JobOutcome | null>;
  /** Forgets a job whose outcome is journaled, or that nobody needs any more. */
  forget(stage: Stage, requestId: Hex): Promise<void>;
}

export interface HealthReport {
  readonly isHealthy: boolean;
  readonly headBlock: number | null;
  readonly finalBlock: number;
  readonly requestsUnfinished: number;
  readonly rpc: readonly {
    readonly name: string;
    readonly state: string;
    readonly reason: string | null;
  }[];
  readonly queue: QueueState;
}

/** Everything the node knows about one request; the answer to "why is it still pending". */
export interface RequestReport {
  readonly requestId: Hex;
  readonly releaseId: Hex;
  readonly level: Verification;
  readonly operatorId: string;
  /** What happens next, as a sentence. */
  readonly why: string;
  /** A circumstance outside the request that holds it up, if there is one. */
  readonly heldUpBy: string | null;
  readonly seenInBlock: number | null;
  /** Time of the inference; null while there is no output. */
  readonly inferSeconds: number | null;
  /** Time of the proof alone; null while there is none. */
  readonly proveSeconds: number | null;
  readonly endedAs: EndStatus | null;
  /** True only once the block of the ending is under the finalised tag. */
  readonly isFinal: boolean;
  readonly failure: Failure | null;
  readonly transactions: readonly {
    readonly nonce: number;
    readonly purpose: Purpose;
    /** Code of the reason for it, such as why a request was declined. */
    readonly reason: string | null;
    readonly state: TransactionState;
    readonly hashes: readonly Hex[];
    readonly minedInBlock: number | null;
  }[];
}

/** What the node's HTTP server shows. */
export interface NodeApi {
  health(): HealthReport;
  /** Prometheus text format. */
  metrics(): string;
  requestReport(requestId: Hex): RequestReport | null;
  work(requestId: Hex): Work | null;
  /** CIDs of the manifests that workers should keep warm. */
  manifestsToWarm(): readonly string[];
  /** @throws OrchestratorError ArtefactMissing, ArtefactCorrupt */
  artefact(cid: string): Promise<Uint8Array>;
}
