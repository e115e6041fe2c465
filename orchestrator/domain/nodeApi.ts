import type { QueueState } from "./nodePorts.ts";
import type { HandedWork, Hex } from "./ports.ts";
import type { EndStatus, Failure, ProofStage, Verification } from "./request.ts";
import type { Purpose, TransactionState } from "./transaction.ts";

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
  /** The optimistic answer that stands, if there is one. */
  readonly answer: {
    readonly operatorId: string;
    readonly isChallenged: boolean;
    /** Chain second its window ends, or the proof of a challenged one is due. */
    readonly until: number;
  } | null;
  /** What happens next, as a sentence. */
  readonly why: string;
  /** A circumstance outside the request that holds it up, if there is one. */
  readonly heldUpBy: string | null;
  readonly seenInBlock: number | null;
  /** Time of the inference; null while there is no output. */
  readonly inferSeconds: number | null;
  /** What a worker says it is at; null while none proves this request. */
  readonly proving: {
    readonly stage: ProofStage;
    readonly phase: string;
    /** Since the worker began it. */
    readonly seconds: number;
  } | null;
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
  work(requestId: Hex): HandedWork | null;
  /** CIDs of the manifests that workers should keep warm. */
  manifestsToWarm(): readonly string[];
  /** @throws OrchestratorError ArtefactMissing, ArtefactCorrupt */
  artefact(cid: string): Promise<Uint8Array>;
}
