import type { Journal, QueueState } from "../domain/nodePorts.ts";
import type { Clock, Hex } from "../domain/ports.ts";
import type { Block } from "../domain/request.ts";
import type { Fault, Market, View } from "../domain/view.ts";
import { secondsToAnswer } from "../domain/workload.ts";
import type { Excuses } from "./excuses.ts";
import type { StakeView } from "./stakeView.ts";

/** The finalised tag moves once in minutes; asking more often is no use. */
const FINAL_EVERY_MS = 4_000;
/** The workload is an estimate; reading every open request for it more often is no use. */
const WORKLOAD_EVERY_MS = 500;
/** Blocks over which the time between two is taken. */
const PACE_BLOCKS = 32;

export interface ChainViewInput {
  readonly journal: Pick<
    Journal,
    "tip" | "blockAtOrBelow" | "revokedVerifiers" | "unfinishedRequests" | "stageTimes"
  >;
  readonly finalNumber: () => Promise<number>;
  readonly market: () => Promise<Market>;
  readonly faults: () => ReadonlyMap<Hex, Fault>;
  readonly queueState: () => QueueState;
  readonly clock: Pick<Clock, "now">;
  readonly judges: () => View["judges"];
  readonly stake: Pick<StakeView, "current" | "refresh">;
  readonly excuses: Pick<Excuses, "current" | "refresh">;
  readonly operator: Pick<
    View,
    | "operatorId"
    | "account"
    | "settleDepth"
    | "fallback"
    | "leastGain"
    | "leastGrade"
    | "rerun"
    | "watch"
  >;
  /** Jobs of one stage that all workers together do at the same time. */
  readonly slots: number;
}

/** What the node knows of the chain and of itself, for those who decide and report. */
export class ChainView {
  readonly #input: ChainViewInput;
  #finalNumber = -1;
  #askedAt = Number.NEGATIVE_INFINITY;
  #market: Market | null = null;
  #marketOf: Hex | null = null;
  #workload: View["secondsToAnswer"] = new Map();
  #workloadAt = Number.NEGATIVE_INFINITY;

  constructor(input: ChainViewInput) {
    this.#input = input;
  }

  get finalNumber(): number {
    return this.#finalNumber;
  }

  /** Null before the first block is journaled. */
  current(): View | null {
    const { journal, operator, stake, excuses, faults, queueState } = this.#input;
    const head = journal.tip();
    if (head === null) return null;
    const queue = queueState();
    return {
      ...operator,
      head,
      finalNumber: this.#finalNumber,
      blockSeconds: this.#blockSeconds(head),
      market: this.#market,
      revokedVerifiers: journal.revokedVerifiers(),
      faults: faults(),
      standstill: queue.isReady ? null : queue.reason.code,
      secondsToAnswer: this.#secondsToAnswer(head),
      judges: this.#input.judges(),
      ...stake.current(),
      ...excuses.current(),
    };
  }

  /** Asks for the finalised block if some time has passed, and what gas costs at a new head. */
  async refresh(): Promise<void> {
    const { clock, finalNumber, journal, market, stake, excuses } = this.#input;
    const head = journal.tip();
    if (head !== null && head.hash !== this.#marketOf) {
      this.#market = await market();
      await stake.refresh(head);
      await excuses.refresh(head);
      this.#marketOf = head.hash;
    }
    if (clock.now() - this.#askedAt < FINAL_EVERY_MS) return;
    this.#finalNumber = await finalNumber();
    this.#askedAt = clock.now();
  }

  #blockSeconds(head: Block): number {
    const earlier = this.#input.journal.blockAtOrBelow(head.number - PACE_BLOCKS);
    const first = earlier ?? this.#input.journal.blockAtOrBelow(head.number - 1);
    if (first === null) return 1;
    const seconds = (head.timestamp - first.timestamp) / (head.number - first.number);
    return Math.max(1, Math.round(seconds));
  }

  #secondsToAnswer(head: Block): View["secondsToAnswer"] {
    const { journal, clock, operator, slots } = this.#input;
    const now = clock.now();
    if (now - this.#workloadAt < WORKLOAD_EVERY_MS) return this.#workload;
    this.#workloadAt = now;
    const requests = journal.unfinishedRequests().filter((request) => {
      if (request.answer !== null) return request.answer.challenger !== null;
      const isOurs = request.operatorId === operator.operatorId;
      const isOpen = isOurs || (operator.fallback && head.timestamp >= request.primaryUntil);
      const isIdle = request.failure !== null || request.transactionId !== null;
      return isOpen && !isIdle && head.timestamp < request.deadline;
    });
    const timesOf = (releaseId: Hex) => journal.stageTimes(releaseId);
    this.#workload = secondsToAnswer({ requests, timesOf, slots, now });
    return this.#workload;
  }
}
