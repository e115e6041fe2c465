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
  /** The slot's preimage as text; only chain/ writes and reads it. */
  readonly preimage: string;
}

/** What changes of a request when the assigned operator declines it. */
export type Reassignment = Pick<
  OpenRequest,
  "requestId" | "operatorId" | "primaryUntil" | "preimage"
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
    };

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
  /** Block of the request's event; null while a re-org has taken it off the chain. */
  readonly seen: BlockRef | null;
  readonly ending: Ending | null;
  readonly failure: Failure | null;
  readonly hasOutput: boolean;
  readonly hasProof: boolean;
  /** Our transaction that is signed and not yet known to be final, if there is one. */
  readonly transactionId: number | null;
  /** Milliseconds since 1970 when this node first journaled the request. */
  readonly journaledAt: number;
  /** Milliseconds since 1970 when its event was journaled last: later than above after a re-org. */
  readonly seenAt: number;
}
