import { strict as assert } from "node:assert";
import { ZeroAddress, type Contract } from "ethers";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { ethers } from "../support/world.ts";
import { amountAt, heldByCoordinator, heldByRegistry, sumOf } from "./causes.ts";
import type { Session } from "./session.ts";
import { balance } from "./transfers.ts";

/** Asserts that the contracts hold and owe, place by place, what the model says, to the last wei. */
export async function compare(session: Session): Promise<void> {
  const { books, market } = session;
  const { coordinator, operators } = market;
  const said: Record<string, bigint> = {};
  const due: Record<string, bigint> = {};
  for (const account of accountsOf(session)) {
    said[balance(account)] = await coordinator.getFunction("balanceOf")(account);
    due[balance(account)] = amountAt(books, balance(account));
  }
  for (const { id } of market.crowd) {
    const bond = await operators.getFunction("bondOf")(id);
    said[`earnings ${id}`] = await coordinator.getFunction("earningsOf")(id);
    const [staying, locked] = [BigInt(bond.amount), BigInt(bond.locked)];
    said[`free ${id}`] = staying - locked;
    said[`locked ${id}`] = locked;
    said[`leaving ${id}`] = bond.unbonding;
    for (const part of ["earnings", "free", "locked", "leaving"] as const) {
      due[`${part} ${id}`] = amountAt(books, `${part} ${id}`);
    }
    said[`open challenges of ${id}`] = await coordinator.getFunction("openChallengesOf")(id);
    due[`open challenges of ${id}`] = openChallengesOf(session, id);
  }
  for (const { address } of market.consumers) {
    const payer = market.treasury.address;
    said[`allowed ${address}`] = await coordinator.getFunction("allowanceOf")(payer, address);
    due[`allowed ${address}`] = session.allowances.get(address) ?? 0n;
  }
  said["burned"] = await operators.getFunction("burned")();
  due["burned"] = amountAt(books, "burned");
  const coordinatorHolds = await heldBy(market.token, coordinator);
  said["owed"] = await operators.getFunction("owed")();
  due["owed"] = session.owed;
  said["held by the coordinator"] = coordinatorHolds;
  due["held by the coordinator"] = heldByCoordinator(books) - session.owed;
  said["held by the registry"] = await heldBy(market.token, operators);
  due["held by the registry"] = heldByRegistry(books) + session.owed;
  said["escrows and challenge bonds"] =
    coordinatorHolds + session.owed - sumOf(books, /^(balance|earnings)/u);
  due["escrows and challenge bonds"] = sumOf(books, /^(escrow|challenge)/u);
  assert.deepEqual(said, due);
}

function accountsOf({ market }: Session): readonly Hex[] {
  const { owner, publisher, feeReceiver, treasury, challenger, consumers } = market;
  const people = [owner, publisher, feeReceiver, treasury, challenger];
  return [
    ...people.map(({ address }) => address as Hex),
    ...consumers.map(({ address }) => address),
    ZeroAddress as Hex,
  ];
}

function openChallengesOf({ live }: Session, id: bigint): bigint {
  const open = [...live.values()].filter(
    ({ answered }) => answered?.payee === id && answered.challenged !== undefined,
  );
  return BigInt(open.length);
}

async function heldBy(token: Contract | undefined, holder: Contract): Promise<bigint> {
  if (token === undefined) return ethers.provider.getBalance(holder.target);
  return token.getFunction("balanceOf")(holder.target);
}
