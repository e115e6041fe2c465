import { FEE_PERIOD_SECONDS, feePeriodOf, feePeriodsOf } from "../domain/feePeriod.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Hex } from "../domain/ports.ts";
import type { Block, RequestProgress } from "../domain/request.ts";
import type { View } from "../domain/view.ts";

export interface ExcusesInput {
  readonly journal: Pick<Journal, "unfinishedRequests">;
  /** Highest base fee anyone noted in the period of a chain second. */
  readonly notedBaseFee: (time: number) => Promise<bigint>;
  readonly operator: Pick<View, "operatorId" | "fallback">;
}

/** What late operators may be excused by: base fees that were noted on chain in their windows. */
export class Excuses {
  readonly #input: ExcusesInput;
  /** Of periods in which nothing can be noted any more. */
  #closed: ReadonlyMap<number, bigint> = new Map();
  #notedBaseFees: View["notedBaseFees"] = new Map();

  constructor(input: ExcusesInput) {
    this.#input = input;
  }

  current(): Pick<View, "notedBaseFees"> {
    return { notedBaseFees: this.#notedBaseFees };
  }

  /** Asks anew, at a new block, each period once; nothing where no late request could be answered. */
  async refresh(head: Block): Promise<void> {
    const byPeriod = new Map<number, bigint>();
    const found = new Map<Hex, bigint>();
    for (const row of this.#late(head)) {
      let highest = 0n;
      for (const period of feePeriodsOf(row)) {
        const noted = byPeriod.get(period) ?? (await this.#noted(period));
        byPeriod.set(period, noted);
        if (noted > highest) highest = noted;
      }
      found.set(row.requestId, highest);
    }
    // After another period no re-org takes its blocks.
    const lastClosed = feePeriodOf(head.timestamp) - 2;
    this.#closed = new Map([...byPeriod].filter(([period]) => period <= lastClosed));
    this.#notedBaseFees = found;
  }

  #late({ timestamp }: Block): readonly RequestProgress[] {
    const { journal, operator } = this.#input;
    if (!operator.fallback) return [];
    return journal
      .unfinishedRequests()
      .filter((row) => row.answer === null && row.seen !== null && timestamp < row.deadline)
      .filter((row) => timestamp >= row.primaryUntil && (row.agreement?.latePenalty ?? 0n) > 0n)
      .filter((row) => row.operatorId !== operator.operatorId);
  }

  async #noted(period: number): Promise<bigint> {
    const known = this.#closed.get(period);
    return known ?? this.#input.notedBaseFee(period * FEE_PERIOD_SECONDS);
  }
}
