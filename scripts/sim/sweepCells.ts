import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { SCHEMES, type Scheme } from "./breakEven.ts";
import { ECONOMY } from "./economy.ts";
import { operatorIdOf } from "./people.ts";

/** Bonds and gains of the sweep, in wei, and shares of answers that are watched. */
export const SWEEP = {
  bonds: [1n, 3n, 9n].map((times) => times * ECONOMY.answerBond),
  gains: [0n, 1n, 2n, 4n, 8n, 16n].map((quarters) => (quarters * ECONOMY.answerBond) / 4n),
  watchShares: [0.01, 0.1, 0.25, 0.5, 0.75, 1],
} as const;

/** One way to lie, tried out; `self` overturns itself each time, watched or not. */
export interface Cell {
  readonly scheme: Scheme | "self" | "selfGang";
  readonly bond: bigint;
  readonly gain: bigint;
  readonly watchShare: number;
}

/** A cell and the accounts that are in it. */
export interface Trial extends Cell {
  readonly account: Hex;
  readonly id: bigint;
  readonly challenger: Hex;
  readonly requester: Hex;
  /** Whose money is the liar's. */
  readonly purses: readonly Hex[];
}

/** Accounts of the sweep that are in no cell: owner, publisher, fee receiver, power, prey, watcher. */
export const SHARED_ACCOUNTS = 6;
export const ACCOUNTS_PER_CELL = 3;

/** All of them. */
export function cellsOf(): readonly Cell[] {
  const { bonds, gains, watchShares } = SWEEP;
  const lies = SCHEMES.flatMap((scheme) =>
    bonds.flatMap((bond) =>
      gains.flatMap((gain) =>
        watchShares.map((watchShare): Cell => ({ scheme, bond, gain, watchShare })),
      ),
    ),
  );
  const selves = (["self", "selfGang"] as const).flatMap((scheme) =>
    bonds.map((bond): Cell => ({ scheme, bond, gain: 0n, watchShare: 0 })),
  );
  return [...lies, ...selves];
}

/**
 * Gives each cell its accounts, after the shared ones.
 * @throws RangeError if there are too few.
 */
export function trialsOf(cells: readonly Cell[], accounts: readonly Hex[]): readonly Trial[] {
  return cells.map((cell, index): Trial => {
    const first = SHARED_ACCOUNTS + ACCOUNTS_PER_CELL * index;
    const [account, challenger, requester] = accounts.slice(first, first + ACCOUNTS_PER_CELL);
    if (!account || !challenger || !requester)
      throw new RangeError(`${accounts.length} accounts are too few for ${cells.length} cells`);
    const isGang = cell.scheme === "gang" || cell.scheme === "selfGang";
    const purses = [account, challenger, ...(isGang ? [requester] : [])];
    return { ...cell, account, id: operatorIdOf(account), challenger, requester, purses };
  });
}
