import type { Hex } from "./ports.ts";

/** What gas costs this node, in wei per gas. */
export interface Market {
  readonly baseFee: bigint;
  /** What it would tip now, within its cap. */
  readonly tip: bigint;
  /** Whether prices are in the chain's coin, so that they can be compared with gas. */
  readonly isCoin: boolean;
}

/** Why answers of a release cannot be made here at present. */
export interface Fault {
  readonly code: string;
  /** Whether it stays until somebody mends it; else the next try may succeed. */
  readonly isLasting: boolean;
}

/** A share of requests, drawn by their ids so that the draw is the same after a restart. */
export interface Sampling {
  /** 0 to 1. */
  readonly share: number;
  /** Whoever knows it knows which requests are drawn. */
  readonly seed: string;
}

/** How others' optimistic answers are watched. */
export interface Watch extends Sampling {
  /** Whether to ask for a proof where the node cannot bring one itself. */
  readonly challenges: boolean;
}

/** What the node knows when it decides. */
export interface View {
  readonly operatorId: bigint;
  /** The sender: payee of what it proves against others' answers, and who challenges. */
  readonly account: Hex;
  /** Newest journaled block; time in seconds. */
  readonly head: { readonly number: number; readonly timestamp: number };
  /** Newest block under the finalised tag; −1 while the RPC names none. */
  readonly finalNumber: number;
  /** Time between two blocks lately, at least 1. */
  readonly blockSeconds: number;
  /** Blocks that must stand on top of the request's block before settlement; 0 = none. */
  readonly settleDepth: number;
  /** Whether to answer Zk and Tee requests of others once their primary window is over. */
  readonly fallback: boolean;
  /** Wei that must remain of an answer's pay after its gas. */
  readonly leastGain: bigint;
  /** Null while no RPC has told it. */
  readonly market: Market | null;
  readonly revokedVerifiers: ReadonlySet<bigint>;
  /** What keeps releases from being answered, by release. */
  readonly faults: ReadonlyMap<Hex, Fault>;
  /** Code of what keeps every job from being done, such as an absent Redis; null: nothing. */
  readonly standstill: string | null;
  /** Seconds until the answer is ready, by request; absent where nothing was measured yet. */
  readonly secondsToAnswer: ReadonlyMap<Hex, number>;
  /** Least grade of a key whose judgement the operator puts a bond under. */
  readonly leastGrade: bigint;
  /** By release, whether its key is the one its circuit makes: null if it is, else the code of why not. */
  readonly judges: ReadonlyMap<Hex, string | null>;
  /** Requests for whose answers the operator's free bond does not suffice. */
  readonly bondShort: ReadonlySet<Hex>;
  /** Highest base fee noted on chain in a late request's primary window, by request. */
  readonly notedBaseFees: ReadonlyMap<Hex, bigint>;
  /** Who alone may answer a late optimistic request in this window, by request. */
  readonly fallbacks: ReadonlyMap<Hex, bigint>;
  /** Own optimistic answers that are computed twice before they are signed. */
  readonly rerun: Sampling;
  /** Null: others' answers are not watched. */
  readonly watch: Watch | null;
}
