import { needsBaseFeeNoted } from "../domain/decisions.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Hex } from "../domain/ports.ts";
import type { View } from "../domain/view.ts";
import type { Intent } from "./transmitter.ts";

/**
 * Notes a base fee on chain that excuses this operator: no contract can read past ones. One
 * transaction serves all requests, and none follows while it waits or once it is noted.
 */
export class BaseFeeNotes {
  readonly #input: {
    readonly journal: Pick<Journal, "unfinishedRequests" | "openTransactions">;
    readonly view: () => View | null;
    readonly sender: Hex;
    /** Highest base fee noted in the period of a chain second. */
    readonly notedBaseFee: (time: number) => Promise<bigint>;
  };
  /** Newest block for which the registry was asked. */
  #askedAt = -1;

  constructor(input: {
    readonly journal: Pick<Journal, "unfinishedRequests" | "openTransactions">;
    readonly view: () => View | null;
    readonly sender: Hex;
    readonly notedBaseFee: (time: number) => Promise<bigint>;
  }) {
    this.#input = input;
  }

  /** One intent at most; asks the registry only while gas is dearer than a request pays for. */
  async wanted(): Promise<readonly Intent[]> {
    const { journal, view, sender, notedBaseFee } = this.#input;
    const present = view();
    if (present === null || this.#askedAt === present.head.number) return [];
    const isNeeded = (noted: bigint) =>
      journal.unfinishedRequests().find((row) => needsBaseFeeNoted(row, present, noted));
    if (isNeeded(0n) === undefined) return [];
    const open = journal.openTransactions(sender);
    if (open.some((row) => row.purpose === "noteBaseFee" && row.receipt === null)) return [];
    const needy = isNeeded(await notedBaseFee(present.head.timestamp));
    this.#askedAt = present.head.number;
    if (needy === undefined) return [];
    return [{ requestId: needy.requestId, purpose: "noteBaseFee", reason: null }];
  }
}
