import { needsBaseFeeNoted } from "../domain/decisions.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Hex } from "../domain/ports.ts";
import type { RequestProgress } from "../domain/request.ts";
import type { View } from "../domain/view.ts";
import type { Intent } from "./transmitter.ts";

/**
 * Notes a base fee on chain that excuses this operator: no contract can read past ones. One
 * transaction serves all requests, and none follows while it waits or once it is noted.
 */
export class BaseFeeNotes {
  readonly #input: {
    readonly journal: Pick<Journal, "openTransactions">;
    readonly sender: Hex;
    /** Highest base fee noted in the period of a chain second. */
    readonly notedBaseFee: (time: number) => Promise<bigint>;
  };
  /** Newest block for which the registry was asked. */
  #askedAt = -1;

  constructor(input: {
    readonly journal: Pick<Journal, "openTransactions">;
    readonly sender: Hex;
    readonly notedBaseFee: (time: number) => Promise<bigint>;
  }) {
    this.#input = input;
  }

  /** One intent at most; asks the registry only while gas is dearer than a request pays for. */
  async wanted(requests: readonly RequestProgress[], view: View): Promise<readonly Intent[]> {
    const { journal, sender, notedBaseFee } = this.#input;
    if (this.#askedAt === view.head.number) return [];
    const needyBelow = (noted: bigint) =>
      requests.find((request) => needsBaseFeeNoted(request, view, noted));
    if (needyBelow(0n) === undefined) return [];
    const open = journal.openTransactions(sender);
    if (open.some((row) => row.purpose === "noteBaseFee" && row.receipt === null)) return [];
    const needy = needyBelow(await notedBaseFee(view.head.timestamp));
    this.#askedAt = view.head.number;
    if (needy === undefined) return [];
    const { requestId } = needy;
    return [{ requestId, purpose: "noteBaseFee", reason: null }];
  }
}
