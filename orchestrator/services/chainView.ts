import type { View } from "../domain/decisions.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Clock } from "../domain/ports.ts";

/** The finalised tag moves once in minutes; asking more often is no use. */
const FINAL_EVERY_MS = 4_000;

/** What the node knows of the chain's progress, for those who decide and report. */
export class ChainView {
  readonly #input: {
    readonly journal: Pick<Journal, "tip">;
    readonly finalNumber: () => Promise<number>;
    readonly clock: Pick<Clock, "now">;
    readonly operator: Pick<View, "operatorId" | "settleDepth" | "fallback">;
  };
  #finalNumber = -1;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(input: {
    readonly journal: Pick<Journal, "tip">;
    readonly finalNumber: () => Promise<number>;
    readonly clock: Pick<Clock, "now">;
    readonly operator: Pick<View, "operatorId" | "settleDepth" | "fallback">;
  }) {
    this.#input = input;
  }

  get finalNumber(): number {
    return this.#finalNumber;
  }

  /** Null before the first block is journaled. */
  current(): View | null {
    const { journal, operator } = this.#input;
    const head = journal.tip();
    return head === null ? null : { ...operator, head, finalNumber: this.#finalNumber };
  }

  /** Asks for the finalised block if some time has passed since the last answer. */
  async refresh(): Promise<void> {
    const { clock, finalNumber } = this.#input;
    if (clock.now() - this.#askedAt < FINAL_EVERY_MS) return;
    this.#finalNumber = await finalNumber();
    this.#askedAt = clock.now();
  }
}
