import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { strategiesOf, type Strategy } from "./strategies.ts";

/** An operator: one account owns, sends and is paid. */
export interface Operator {
  readonly account: Hex;
  readonly id: bigint;
  readonly strategy: Strategy;
  /** Accounts that work for him; they have none of their own purse. */
  readonly gang?: Gang;
}

/** Who a colluding operator asks and challenges himself through. */
export interface Gang {
  readonly challenger: Hex;
  readonly requester: Hex;
}

/** Everybody in the simulated market, each with an account of his own. */
export interface People {
  readonly owner: Hex;
  readonly publisher: Hex;
  readonly feeReceiver: Hex;
  /** Sells electricity: what work costs outside the chain goes there. */
  readonly power: Hex;
  /** Loses what liars gain. */
  readonly prey: Hex;
  /** Expires what nobody answered. */
  readonly keeper: Hex;
  /** Challenges right answers. */
  readonly griefer: Hex;
  readonly watchers: readonly Hex[];
  readonly requesters: readonly Hex[];
  readonly operators: readonly Operator[];
  readonly byId: ReadonlyMap<bigint, Operator>;
}

const SINGLE_ROLES = 7;
const WATCHERS = 5;
const REQUESTERS = 20;

export function accountsNeeded(operators: number): number {
  const gangs = strategiesOf(operators).filter((strategy) => strategy === "colluding").length;
  return SINGLE_ROLES + WATCHERS + REQUESTERS + operators + 2 * gangs;
}

/**
 * Hands out the accounts of a chain, in order: account 0 owns, 1 publishes, 2 gets the fee.
 * @throws RangeError if there are fewer than `accountsNeeded`.
 */
export function peopleOf(accounts: readonly Hex[], operatorCount: number): People {
  let next = 0;
  const take = (): Hex => {
    const account = accounts[next++];
    if (account === undefined) throw new RangeError(`${accounts.length} accounts are too few`);
    return account;
  };
  const takeMany = (count: number): readonly Hex[] => Array.from({ length: count }, take);

  const [owner, publisher, feeReceiver, power] = [take(), take(), take(), take()];
  const [prey, keeper, griefer] = [take(), take(), take()];
  const watchers = takeMany(WATCHERS);
  const requesters = takeMany(REQUESTERS);
  const operators = strategiesOf(operatorCount).map((strategy): Operator => {
    const account = take();
    const gang = strategy === "colluding" ? { challenger: take(), requester: take() } : undefined;
    return {
      account,
      id: operatorIdOf(account),
      strategy,
      ...(gang === undefined ? {} : { gang }),
    };
  });
  const byId = new Map(operators.map((operator) => [operator.id, operator]));
  return {
    owner,
    publisher,
    feeReceiver,
    power,
    prey,
    keeper,
    griefer,
    watchers,
    requesters,
    operators,
    byId,
  };
}

/** The id an account gets that registers: its last eight bytes. */
export function operatorIdOf(account: Hex): bigint {
  return BigInt.asUintN(64, BigInt(account));
}

/** All accounts whose money is the operator's. */
export function pursesOf({ account, gang }: Operator): readonly Hex[] {
  return gang === undefined ? [account] : [account, gang.challenger, gang.requester];
}
