import { ZeroAddress } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import {
  verificationNumber,
  VERIFICATIONS,
  type Verification,
} from "../../sdk/protocol/verification.ts";
import type { Deployment } from "./deployment.ts";
import { findEvents, topicOf, type FoundEvent } from "./logs.ts";
import { view } from "./transact.ts";

/** A place in the list of a release and level, as its operator set it last. */
export interface ServedListing {
  readonly releaseId: Hex;
  readonly level: Verification;
  /** Of one answer, from `effectiveAt` on. */
  readonly price: bigint;
  readonly effectiveAt: bigint;
  /** Fields of `Limits.sol`. */
  readonly limits: Readonly<Record<string, bigint>>;
}

/** All the registry and the coordinator hold of an operator. */
export interface OperatorRecord {
  readonly operatorId: bigint;
  readonly owner: string;
  /** To whom the owner hands it over; null: to nobody. */
  readonly nextOwner: string | null;
  /** Where senders may send his earnings; null: nowhere. */
  readonly payout: string | null;
  /** Fields of `Bond` in `Operator.sol`. */
  readonly bond: Readonly<Record<string, bigint>>;
  readonly isBonded: boolean;
  readonly prices: Readonly<Record<string, bigint>>;
  readonly earnings: bigint;
}

/** The id a registered owner's operator has: the last 8 bytes of the owner's address. */
export function operatorIdOf(owner: Hex): bigint {
  return BigInt.asUintN(64, BigInt(owner));
}

/** @throws ContractRefusal OperatorUnknown if nobody registered this id */
export async function readOperator(
  { operatorRegistry, coordinator }: Deployment,
  operatorId: bigint,
): Promise<OperatorRecord> {
  const owner = String(await view(operatorRegistry, "ownerOf", [operatorId]));
  const nextOwner = String(await view(operatorRegistry, "nextOwnerOf", [operatorId]));
  const payout = String(await view(operatorRegistry, "payoutOf", [operatorId]));
  return {
    operatorId,
    owner,
    nextOwner: orNull(nextOwner),
    payout: orNull(payout),
    bond: fields(await view(operatorRegistry, "bondOf", [operatorId])),
    isBonded: (await view(operatorRegistry, "isBonded", [operatorId])) === true,
    prices: fields(await view(operatorRegistry, "pricesOf", [operatorId])),
    earnings: (await view(coordinator, "earningsOf", [operatorId])) as bigint,
  };
}

/** The accounts that may act for an operator, in the order they were added. */
export async function readSenders(
  { operatorRegistry, startBlock }: Deployment,
  operatorId: bigint,
): Promise<readonly string[]> {
  const names = ["SenderAdded", "SenderRemoved"];
  const events = await findEvents(operatorRegistry, {
    topics: [names.map((name) => topicOf(operatorRegistry, name)), word(operatorId)],
    fromBlock: startBlock,
  });
  const senders = new Set<string>();
  for (const event of events) {
    const sender = String(event.fields["sender"]);
    if (event.name === "SenderAdded") senders.add(sender);
    else senders.delete(sender);
  }
  return [...senders];
}

/** The lists an operator stands in, in the order he entered them. */
export async function readListings(
  { operatorRegistry, startBlock }: Deployment,
  operatorId: bigint,
): Promise<readonly ServedListing[]> {
  const names = ["ListingSet", "ListingRemoved"];
  const events = await findEvents(operatorRegistry, {
    topics: [names.map((name) => topicOf(operatorRegistry, name)), word(operatorId)],
    fromBlock: startBlock,
  });
  const served = new Map<string, ServedListing>();
  for (const event of events) {
    const listing = `${event.fields["releaseId"]} ${event.fields["level"]}`;
    if (event.name === "ListingRemoved") served.delete(listing);
    else served.set(listing, listingIn(event));
  }
  return [...served.values()];
}

/** Tickets an operator has in a list now. */
export async function ticketsOf(
  { operatorRegistry }: Deployment,
  operatorId: bigint,
  listing: Pick<ServedListing, "releaseId" | "level">,
): Promise<bigint> {
  const values = [operatorId, listing.releaseId, verificationNumber(listing.level)];
  const [tickets] = (await view(operatorRegistry, "entryOf", values)) as readonly [bigint];
  return tickets;
}

function listingIn({ fields: event }: FoundEvent): ServedListing {
  return {
    releaseId: event["releaseId"] as Hex,
    level: VERIFICATIONS[Number(event["level"])] ?? "Zk",
    price: event["price"] as bigint,
    effectiveAt: event["effectiveAt"] as bigint,
    limits: fields(event["limits"]),
  };
}

function orNull(address: string): string | null {
  return address === ZeroAddress ? null : address;
}

/** A struct that ethers decoded, by its fields' names. */
function fields(struct: unknown): Readonly<Record<string, bigint>> {
  return (struct as { toObject(): Record<string, bigint> }).toObject();
}

function word(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
