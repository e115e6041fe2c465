import type { Hex } from "./ports.ts";

/** How an answer is made trustworthy. */
export type Verification = "Optimistic" | "Tee" | "Zk";

/** Statuses in the contract; the last four are terminal. */
export type RequestStatus =
  "Open" | "Answered" | "Challenged" | "Finalized" | "Failed" | "Expired" | "Overturned";

/** Terminal statuses: exactly one of them ends every request. */
export type EndStatus = "Finalized" | "Failed" | "Expired" | "Overturned";

export interface BlockRef {
  readonly number: number;
  readonly hash: Hex;
}

export interface Block extends BlockRef {
  readonly parentHash: Hex;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** What was agreed when the request was assigned last; amounts in the asset's smallest unit. */
export interface Agreement {
  /** Chain second of the assignment: declining is free in the first third of the primary window. */
  readonly assignedAt: number;
  /** Entry of the verifier that will check the evidence. */
  readonly verifierId: bigint;
  /** What the answer itself is paid. */
  readonly price: bigint;
  /** What the assigned operator loses by letting his window pass. */
  readonly latePenalty: bigint;
  /** Most wei per gas that are reimbursed; 0: nothing is. */
  readonly maxGasPrice: bigint;
  readonly callbackGas: number;
  /** Exact length of the output in bytes. */
  readonly outputLength: number;
}

/** A request as its event tells it; ids are bound to content, so a re-org keeps the id. */
export interface OpenRequest {
  readonly requestId: Hex;
  readonly releaseId: Hex;
  readonly level: Verification;
  readonly requester: Hex;
  /** The operator id that the chain assigned; 0: any bonded operator may answer. */
  readonly operatorId: bigint;
  readonly input: Uint8Array;
  /** Chain second from which operators other than the assigned one may answer. */
  readonly primaryUntil: number;
  /** Chain second from which the request can only expire. */
  readonly deadline: number;
  /** Null for a request that an older version journaled: nothing is decided by its money. */
  readonly agreement: Agreement | null;
  /** The slot's preimage as text; only chain/ writes and reads it. */
  readonly preimage: string;
}

/** What changes of a request when the assigned operator declines it. */
export type Reassignment = Pick<
  OpenRequest,
  "requestId" | "operatorId" | "primaryUntil" | "agreement" | "preimage"
>;

/** What one block did to requests, in log order. */
export type ChainEvent =
  | { readonly kind: "requested"; readonly request: OpenRequest }
  | { readonly kind: "reassigned"; readonly reassignment: Reassignment }
  | {
      readonly kind: "ended";
      readonly requestId: Hex;
      readonly status: EndStatus;
      readonly transactionHash: Hex;
    }
  /** Open requests that were routed to this verifier can only fail. */
  | { readonly kind: "revoked"; readonly verifierId: bigint };

export interface BlockEvents {
  readonly block: Block;
  readonly events: readonly ChainEvent[];
}

/** How a request ended on the chain as the journal sees it. */
export interface Ending {
  readonly status: EndStatus;
  readonly transactionHash: Hex;
  readonly block: BlockRef;
}

/** Why this node gave a request up although the chain still holds it open. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly stage: Stage | "fulfill";
}

/** The stages that run in workers. */
export type Stage = "infer" | "prove";

/** A request as the journal remembers it, with what is needed to settle it. */
export type JournaledRequest = OpenRequest & RequestProgress;

/** A request without its bytes: all that decisions are made of. */
export interface RequestProgress extends Omit<OpenRequest, "input" | "preimage"> {
  /** Bytes. */
  readonly inputLength: number;
  /** Block of the request's event; null while a re-org has taken it off the chain. */
  readonly seen: BlockRef | null;
  readonly ending: Ending | null;
  readonly failure: Failure | null;
  readonly hasOutput: boolean;
  readonly hasProof: boolean;
  /** Our transaction that changes it, signed and not yet deep in the chain, if there is one. */
  readonly transactionId: number | null;
  /** Milliseconds since 1970 when this node first journaled the request. */
  readonly journaledAt: number;
  /** Milliseconds since 1970 when its event was journaled last: later than above after a re-org. */
  readonly seenAt: number;
}
