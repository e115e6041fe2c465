import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { TERMINAL, type Status } from "./requestBook.ts";
import { lostCoins, solvencyError } from "./solvency.ts";
import type { World } from "./world.ts";

/** As the enum in Solidity has them. */
const STATUSES: readonly (Status | "None")[] = [
  "None",
  "Open",
  "Answered",
  "Challenged",
  "Finalized",
  "Failed",
  "Expired",
  "Overturned",
];

/** Coins of all accounts and what they paid for gas so far, in wei: taken while both contracts are
 * empty, this is all there will ever be. */
export async function allCoins(world: World): Promise<bigint> {
  return (await coinsOf(world)) + world.flows.gas;
}

async function coinsOf({ chain }: World): Promise<bigint> {
  let coins = 0n;
  for (const account of chain.accounts) coins += await chain.balanceOf(account);
  return coins;
}

/**
 * Wei by which state, coins and the ledger of ins and outs differ now; the coins of everybody included.
 * @param initial `allCoins` of the time when both contracts were empty.
 */
export async function audit(
  world: World,
  operatorIds: readonly bigint[],
  initial: bigint,
): Promise<bigint> {
  const holdings = await world.holdings(operatorIds);
  const { flows } = world;
  const accounts = await coinsOf(world);
  return (
    solvencyError(flows, holdings) + lostCoins({ initial, accounts, holdings, gas: flows.gas })
  );
}

/**
 * Requests that ended, by how; read from the contract, one by one.
 * @throws Error where the contract and its events say different things.
 */
export async function endsOf(world: World): Promise<ReadonlyMap<Status, number>> {
  const ends = new Map<Status, number>();
  for (const { id, status } of world.book.all) {
    const onChain = await statusOf(world, id);
    if (onChain !== status)
      throw new Error(`Request ${id} is ${onChain}, its events say ${status}`);
    if (TERMINAL.has(status)) ends.set(status, (ends.get(status) ?? 0) + 1);
  }
  return ends;
}

async function statusOf(world: World, requestId: Hex): Promise<Status | "None"> {
  const number = Number(await world.coordinatorNumber("requestStatus", [requestId]));
  return STATUSES[number] ?? "None";
}
