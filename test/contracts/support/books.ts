import { ZeroAddress, type Contract } from "ethers";

import { ethers, read, type World } from "./world.ts";

/** Every place money can be in, by name. */
export type Books = Readonly<Record<string, bigint>>;

/** The consumer is the payer of a world's requests. */
async function booksOf(w: World): Promise<Books> {
  const balance = async (account: string): Promise<bigint> =>
    read(w.coordinator, "balanceOf", account);
  const earnings = async (operatorId: bigint): Promise<bigint> =>
    read(w.coordinator, "earningsOf", operatorId);
  const bond = async (operatorId: bigint) => read(w.operators, "bondOf", operatorId);
  const [operator, rival] = [await bond(w.operatorId), await bond(w.rivalId)];
  return {
    payer: await balance(await w.consumer.getAddress()),
    publisher: await balance(w.publisher.address),
    stranger: await balance(w.stranger.address),
    owner: await balance(w.owner.address),
    operatorsBalance: await balance(w.operator.address),
    rivalsBalance: await balance(w.rival.address),
    operator: await earnings(w.operatorId),
    rival: await earnings(w.rivalId),
    bond: operator.amount,
    locked: operator.locked,
    rivalsBond: rival.amount,
    rivalsLocked: rival.locked,
    burned: await read(w.operators, "burned"),
    held: await heldBy(w, w.addresses.coordinator),
    bondsHeld: await heldBy(w, w.addresses.operatorRegistry),
  };
}

/** What an act moved: each place it changed, by how much. */
export async function movedBy(w: World, act: () => Promise<unknown>): Promise<Books> {
  const before = await booksOf(w);
  await act();
  const after = await booksOf(w);
  const changes = Object.entries(after).map(([place, amount]) => [
    place,
    amount - (before[place] ?? 0n),
  ]);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0n));
}

/** Coins or tokens, whatever the world's asset is. */
export async function heldBy(
  w: World & { readonly token?: Contract },
  account: string,
): Promise<bigint> {
  const asset = await read(w.coordinator, "asset");
  if (asset === ZeroAddress) return ethers.provider.getBalance(account);
  if (w.token === undefined) throw new Error("the world's asset is a token it does not name");
  return read(w.token, "balanceOf", account);
}
