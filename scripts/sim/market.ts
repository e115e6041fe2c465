import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { ECONOMY } from "./economy.ts";
import type { People } from "./people.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** What the steps of a round share. */
export interface Market {
  readonly world: World;
  readonly people: People;
  readonly random: Random;
  readonly bills: Bills;
}

/** What accounts owe for work outside the chain since they last paid. */
export class Bills {
  readonly #owed = new Map<Hex, bigint>();

  add(account: Hex, amount: bigint): void {
    this.#owed.set(account, (this.#owed.get(account) ?? 0n) + amount);
  }

  /** Everybody pays, in one transaction each, with the next step. */
  pay(world: World, power: Hex): void {
    for (const [from, value] of this.#owed) world.send({ from, to: power, value });
    this.#owed.clear();
  }
}

/** Running the model once. */
export function billRun({ bills }: Pick<Market, "bills">, account: Hex): void {
  bills.add(account, ECONOMY.computeCost);
}

/** Running the model once and proving it. */
export function billProof({ bills }: Pick<Market, "bills">, account: Hex): void {
  bills.add(account, ECONOMY.computeCost + ECONOMY.proofCost);
}
