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
  /** What an optimistic answer locks; 0 at other levels. */
  readonly bond: bigint;
  /** Grade of the key that proves or judges, when the request was made. */
  readonly grade: bigint;
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

/** An optimistic answer as its event tells it. */
export interface OptimisticAnswer {
  readonly requestId: Hex;
  /** Operator whose bond stands behind it. */
  readonly operatorId: bigint;
  /** Chain second from which it can no longer be disputed. */
  readonly windowEnd: number;
  /** The coordinator's record of it as text; only chain/ writes and reads it. */
  readonly record: string;
  readonly output: Uint8Array;
}

/** Somebody asked for a proof of an answer. */
export interface Challenge {
  readonly requestId: Hex;
  readonly challenger: Hex;
  /** Chain second from which the answer falls without a proof. */
  readonly proofDeadline: number;
  /** Replaces the answer's record. */
  readonly record: string;
}

/** What one block did to requests, in log order. */
export type ChainEvent =
  | { readonly kind: "requested"; readonly request: OpenRequest }
  | { readonly kind: "reassigned"; readonly reassignment: Reassignment }
  | { readonly kind: "answered"; readonly answer: OptimisticAnswer }
  | { readonly kind: "challenged"; readonly challenge: Challenge }
  /** Somebody committed to overturn an answer; the hash hides which. */
  | { readonly kind: "committed"; readonly commitment: Hex }
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
  readonly stage: Stage | "confirm" | "fulfill";
}

/** The stages that run in workers. `refute` proves the right output against a wrong answer. */
export type Stage = "infer" | ProofStage;

/** Those that make proofs. */
export type ProofStage = "prove" | "refute";

/** The optimistic answer that stands, as far as decisions look at it. */
export interface StandingAnswer {
  readonly operatorId: bigint;
  /** Who asked for a proof of it; null while nobody did. */
  readonly challenger: Hex | null;
  /** Chain second it was given, or challenged, last. */
  readonly since: number;
  /** Chain second its window ends, or the proof of a challenged one is due. */
  readonly until: number;
  /** Whether this node's own output is the same; null while it has none. */
  readonly isRight: boolean | null;
}

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
  /** Whether there is a proof whose payee is this operator. */
  readonly hasProof: boolean;
  /** Null at levels with evidence, and while nobody answered. */
  readonly answer: StandingAnswer | null;
  /** Whether a second execution gave the same output; null before it. */
  readonly isConfirmed: boolean | null;
  /** The proof that the standing answer is wrong, bound to our account; null while there is none. */
  readonly refutation: { readonly committedIn: number | null } | null;
  /** Our transaction that changes it, signed and not yet deep in the chain, if there is one. */
  readonly transactionId: number | null;
  /** The same, while no journaled block holds it: what it does is not known yet. */
  readonly inFlightId: number | null;
  /** Milliseconds since 1970 when this node first journaled the request. */
  readonly journaledAt: number;
  /** Milliseconds since 1970 when its event was journaled last: later than above after a re-org. */
  readonly seenAt: number;
}
