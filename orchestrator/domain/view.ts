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

/** What the node knows when it decides. */
export interface View {
  readonly operatorId: bigint;
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
}
