import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Contract, ContractTransactionReceipt, LogDescription } from "ethers";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { Assignment } from "../../../sdk/protocol/assignment.ts";
import type { Terms } from "../../../sdk/protocol/terms.ts";
import { as, GWEI, mined, networkHelpers } from "../support/world.ts";
import { shareOf, type GasMarket, type Level } from "./amounts.ts";
import { afterTransfers, type Books, type Cause, type Transfer } from "./causes.ts";
import { afterLeaving, type Listing } from "./listings.ts";
import { KEPT_BPS, LEVEL_NUMBER, LEVELS, type Consumer, type Market } from "./market.ts";
import type { Agreed, Challenged } from "./transfers.ts";

/** Numbers a step is decided by. */
export interface Dice {
  readonly pick: number;
  readonly choice: number;
  readonly amount: bigint;
}

/** A request that has not ended, as the model knows it. */
export interface Live {
  readonly agreed: Agreed;
  readonly level: Level;
  readonly terms: Terms;
  readonly request: Readonly<Record<string, unknown>>;
  readonly consumer: Consumer;
  readonly assignment: Assignment;
  readonly answered?: Answered;
}

export interface Answered {
  readonly payee: bigint;
  readonly isRight: boolean;
  readonly windowEnd: bigint;
  readonly gasFee: bigint;
  readonly record: Readonly<Record<string, unknown>>;
  readonly challenged?: Challenged;
}

/** A history as far as it went: the contracts, and beside them what the rules made of the same steps. */
export interface Session {
  readonly market: Market;
  books: Books;
  time: bigint;
  baseFee: bigint;
  tip: bigint;
  readonly live: Map<Hex, Live>;
  readonly listings: Map<string, Listing>;
  readonly notedFees: Map<bigint, bigint>;
  readonly allowances: Map<Hex, bigint>;
  readonly revoked: Set<bigint>;
  /** Whether the token was paused when the last step of a dispute, or of an answer, was taken. */
  isPaused: boolean;
  /** What the registry holds of the coordinator's accounts. */
  owed: bigint;
  /** Why anything was moved so far. */
  readonly causes: Set<Cause>;
}

/** Ids follow deadlines, and draws follow ids: with the clock's time no history would be replayed. */
const START = 2_000_000_000n;

export async function openSession(market: Market): Promise<Session> {
  const now = BigInt(await networkHelpers.time.latest());
  return {
    market,
    books: new Map(),
    time: now < START ? START : now,
    baseFee: 10n * GWEI,
    tip: GWEI,
    live: new Map(),
    listings: new Map(),
    notedFees: new Map(),
    allowances: new Map(),
    revoked: new Set(),
    isPaused: false,
    owed: 0n,
    causes: new Set(),
  };
}

/** What the token does to an amount on its way; coins arrive whole. */
export const arrives =
  ({ market }: Session) =>
  (amount: bigint): bigint =>
    amount - shareOf(amount, KEPT_BPS[market.asset]);

export function move(session: Session, ...moves: readonly (readonly Transfer[])[]): void {
  for (const transfers of moves) {
    session.books = afterTransfers(session.books, transfers);
    for (const { cause, amount } of transfers) if (amount > 0n) session.causes.add(cause);
  }
}

/* TRANSACTIONS */

export interface Sending {
  readonly from: HardhatEthersSigner;
  readonly to: Contract;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly value?: bigint;
}

/** A transaction that was mined, and the gas market it met. */
export interface Sent {
  readonly receipt: ContractTransactionReceipt;
  readonly gas: GasMarket;
  readonly logs: readonly LogDescription[];
}

const GAS_LIMIT = 6_000_000n;

/** Sends at the next second, at the session's fees; what leaves a list by it is noted. */
export async function sendAt(session: Session, sending: Sending): Promise<Sent> {
  const { from, to, method, args, value = 0n } = sending;
  session.time += 1n;
  await networkHelpers.time.setNextBlockTimestamp(session.time);
  await networkHelpers.setNextBlockBaseFeePerGas(session.baseFee);
  const gas = { baseFee: session.baseFee, gasPrice: session.baseFee + session.tip };
  const overrides = { value, gasPrice: gas.gasPrice, gasLimit: GAS_LIMIT };
  const receipt: ContractTransactionReceipt = await mined(
    await as(to, from).getFunction(method)(...args, overrides),
  );
  const { coordinator, operators } = session.market;
  const logs = receipt.logs.flatMap((log) => {
    const source = log.address === coordinator.target ? coordinator : operators;
    return source.interface.parseLog(log) ?? [];
  });
  for (const { name, args: said } of logs) {
    if (name !== "ListingRemoved") continue;
    const level = LEVELS.find((one) => LEVEL_NUMBER[one] === said["level"]);
    if (level !== undefined) noteLeaving(session, level, said["operatorId"] as bigint);
  }
  return { receipt, gas, logs };
}

function noteLeaving(session: Session, level: Level, operatorId: bigint): void {
  const key = listingKey(level, operatorId);
  const before = session.listings.get(key);
  if (before === undefined) throw new Error(`${operatorId} left a list he never entered`);
  session.listings.set(key, afterLeaving(before, session.time));
}

export const listingKey = (level: Level, operatorId: bigint): string => `${level} ${operatorId}`;

/** The only event of that name. */
export function eventOf({ logs }: Sent, name: string): Readonly<Record<string, unknown>> {
  const [first, ...others] = logs.filter((log) => log.name === name);
  if (first === undefined || others.length > 0)
    throw new Error(`${others.length + (first ? 1 : 0)} events ${name} where one was due`);
  return first.args.toObject();
}

export function numberIn(event: Readonly<Record<string, unknown>>, field: string): bigint {
  const value = event[field];
  if (typeof value !== "bigint") throw new Error(`${field} is no number: ${String(value)}`);
  return value;
}

/** Views are asked of the last block: makes one of now. */
export async function mineNow(session: Session): Promise<void> {
  session.time += 1n;
  await networkHelpers.time.increaseTo(session.time);
}

/** The next block's time becomes at least this. */
export function waitUntil(session: Session, time: bigint): void {
  if (time > session.time) session.time = time;
}

export function pickFrom<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items[pick % items.length];
}
