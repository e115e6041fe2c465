import type { Journal, StakeReader } from "../domain/nodePorts.ts";
import type { Hex, Logger } from "../domain/ports.ts";
import type { Block, RequestProgress } from "../domain/request.ts";
import type { View } from "../domain/view.ts";

/** Late requests whose drawn operator is asked for at one block. */
const MOST_ASKED = 32;

export interface StakeViewInput {
  readonly journal: Pick<Journal, "unfinishedRequests" | "request">;
  readonly reader: StakeReader;
  readonly operator: Pick<View, "operatorId" | "fallback">;
  readonly logger: Logger;
}

/** What open optimistic requests ask of the chain: who may answer late ones, and with what bond. */
export class StakeView {
  readonly #input: StakeViewInput;
  #fallbacks: View["fallbacks"] = new Map();
  #bondShort: View["bondShort"] = new Set();

  constructor(input: StakeViewInput) {
    this.#input = input;
  }

  current(): Pick<View, "fallbacks" | "bondShort"> {
    return { fallbacks: this.#fallbacks, bondShort: this.#bondShort };
  }

  /** Asks anew, at a new block. */
  async refresh(head: Block): Promise<void> {
    const { journal } = this.#input;
    const open = journal
      .unfinishedRequests()
      .filter((row) => row.level === "Optimistic" && row.answer === null)
      .filter((row) => row.seen !== null && head.timestamp < row.deadline);
    this.#fallbacks = await this.#ask(open.filter((row) => head.timestamp >= row.primaryUntil));
    this.#bondShort = await this.#short(open.filter((row) => this.#isOurs(row, head)));
  }

  #isOurs({ requestId, operatorId, primaryUntil }: RequestProgress, head: Block): boolean {
    const entitled =
      head.timestamp < primaryUntil ? operatorId : (this.#fallbacks.get(requestId) ?? 0n);
    return entitled === this.#input.operator.operatorId;
  }

  async #ask(late: readonly RequestProgress[]): Promise<View["fallbacks"]> {
    const { journal, reader, operator, logger } = this.#input;
    const found = new Map<Hex, bigint>();
    if (!operator.fallback) return found;
    for (const { requestId } of late.slice(0, MOST_ASKED)) {
      const request = journal.request(requestId);
      if (request === null) continue;
      try {
        found.set(requestId, await reader.fallbackOf(request));
      } catch (error) {
        // Answered or ended in a block that is not journaled yet, most often.
        logger.debug("nobody says who may answer a late request", { requestId, error });
      }
    }
    return found;
  }

  /** The oldest get what there is; an answer that is on its way counts as given. */
  async #short(ours: readonly RequestProgress[]): Promise<View["bondShort"]> {
    const short = new Set<Hex>();
    if (ours.length === 0) return short;
    let free = await this.#input.reader.freeBond();
    const isSent = (row: RequestProgress) => row.transactionId !== null;
    const inOrder = [...ours.filter(isSent), ...ours.filter((row) => !isSent(row))];
    for (const { requestId, agreement } of inOrder) {
      const bond = agreement?.bond ?? 0n;
      if (bond > free) short.add(requestId);
      else free -= bond;
    }
    return short;
  }
}
