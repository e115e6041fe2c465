import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { ETHER, GWEI } from "../support/world.ts";
import { least, listedPrice, type Level } from "./amounts.ts";
import { amountAt } from "./causes.ts";
import { afterServing, listedAt, periodOf } from "./listings.ts";
import { LEVEL_NUMBER, MIN_BOND, RELEASE, type Operator } from "./market.ts";
import { forwardUpTo } from "./owed.ts";
import {
  arrives,
  listingKey,
  move,
  pickFrom,
  sendAt,
  waitUntil,
  type Dice,
  type Session,
} from "./session.ts";
import { bondAdded, bondWithdrawn, earningsWithdrawn, unbondingStarted } from "./transfers.ts";

const UNBONDING_SECONDS = 31n * 86_400n;
const DAY_SECONDS = 86_400n;
const LIMITS = {
  minGasPrice: 0n,
  maxCallbackGas: 2_500_000n,
  maxInputLength: 24_576n,
  maxBond: 5n * ETHER,
};

/** New prices, which hold for one level. */
export async function serve(session: Session, { pick, choice, amount }: Dice): Promise<void> {
  const operator = pickFrom(session.market.crowd, pick);
  if (operator === undefined) return;
  await serveAt(session, operator, {
    level: choice % 2 === 0 ? "Optimistic" : "Zk",
    unitPrice: 1n + (amount % (3n * 10n ** 7n * GWEI)),
  });
}

/** Somebody serves the level from here on, if nobody does. */
export async function serveSomebody(session: Session, level: Level): Promise<void> {
  const { crowd } = session.market;
  if (crowd.some(({ id }) => session.listings.get(listingKey(level, id))?.isListed)) return;
  // Whoever declined too often may come back after a day.
  waitUntil(session, session.time + DAY_SECONDS);
  for (const operator of crowd) {
    await serveAt(session, operator, { level, unitPrice: 10n ** 7n * GWEI + (operator.id % GWEI) });
  }
}

async function serveAt(
  session: Session,
  { id, signer: from }: Operator,
  { level, unitPrice }: { readonly level: Level; readonly unitPrice: bigint },
): Promise<void> {
  const { operators: to, releaseId } = session.market;
  const key = listingKey(level, id);
  const before = session.listings.get(key);
  // Tickets that declined requests cost hold some out of their list for a day.
  if (before !== undefined && !before.isListed) waitUntil(session, session.time + DAY_SECONDS);
  await bondUpTo(session, id, MIN_BOND);
  const prices = { computePrice: unitPrice, proofPrice: unitPrice / 3n, bytePrice: 1_000n };
  await sendAt(session, { from, to, method: "setPrices", args: [id, prices] });
  const args = [id, releaseId, LEVEL_NUMBER[level], LIMITS];
  await sendAt(session, { from, to, method: "startServing", args });
  const asked = listedPrice(level, prices, RELEASE);
  session.listings.set(key, afterServing(before, asked, session.time));
}

/** Leaves a list in which somebody else stays. */
export async function leave(session: Session, { pick, choice }: Dice): Promise<void> {
  const level: Level = choice % 2 === 0 ? "Optimistic" : "Zk";
  const { crowd, operators: to, releaseId } = session.market;
  const listed = crowd.filter(({ id }) => session.listings.get(listingKey(level, id))?.isListed);
  const leaving = pickFrom(listed, pick);
  if (leaving === undefined || listed.length < 2) return serveSomebody(session, level);
  const args = [leaving.id, releaseId, LEVEL_NUMBER[level]];
  await sendAt(session, { from: leaving.signer, to, method: "stopServing", args });
}

export async function addBond(session: Session, { pick, amount }: Dice): Promise<void> {
  const operator = pickFrom(session.market.crowd, pick);
  if (operator !== undefined) await addBondTo(session, operator.id, amount % ETHER);
}

/** Adds what is missing until this much is neither locked nor leaving, and the least bond is there. */
export async function freeBondUpTo(session: Session, id: bigint, free: bigint): Promise<void> {
  await bondUpTo(session, id, free + amountAt(session.books, `locked ${id}`));
  await bondUpTo(session, id, MIN_BOND);
}

async function bondUpTo(session: Session, id: bigint, needed: bigint): Promise<void> {
  const staying = stayingOf(session, id);
  // Twice: a token keeps a part.
  if (staying < needed) await addBondTo(session, id, 2n * (needed - staying));
}

export const stayingOf = ({ books }: Session, id: bigint): bigint =>
  amountAt(books, `free ${id}`) + amountAt(books, `locked ${id}`);

async function addBondTo(session: Session, id: bigint, amount: bigint): Promise<void> {
  const { treasury: from, operators: to, asset } = session.market;
  const value = asset === "coins" ? amount : 0n;
  await sendAt(session, { from, to, method: "addBond", args: [id, amount], value });
  move(session, bondAdded(id, arrives(session)(amount)));
}

/** Starts taking bond out, or takes out what is leaving, now and then after its month. */
export async function unbond(session: Session, dice: Dice): Promise<void> {
  const operator = pickFrom(session.market.crowd, dice.pick);
  if (operator === undefined) return;
  const { id, signer: from } = operator;
  const { operators: to } = session.market;
  const leaving = amountAt(session.books, `leaving ${id}`);
  if (leaving > 0n) {
    if (dice.choice % 4 !== 0) return;
    waitUntil(session, session.time + UNBONDING_SECONDS);
    await sendAt(session, { from, to, method: "withdrawBond", args: [id, from.address] });
    return move(session, bondWithdrawn(id, leaving));
  }
  const free = amountAt(session.books, `free ${id}`);
  const spare = isListed(session, id) ? stayingOf(session, id) - MIN_BOND : free;
  const most = least(free, spare);
  if (most <= 0n) return;
  const amount = 1n + (dice.amount % most);
  await sendAt(session, { from, to, method: "startUnbonding", args: [id, amount] });
  move(session, unbondingStarted(id, amount));
}

function isListed(session: Session, id: bigint): boolean {
  return (["Optimistic", "Zk"] as const).some(
    (level) => session.listings.get(listingKey(level, id))?.isListed === true,
  );
}

export async function withdrawEarnings(session: Session, dice: Dice): Promise<void> {
  const operator = pickFrom(session.market.crowd, dice.pick);
  if (operator === undefined) return;
  const { id, signer: from } = operator;
  const amount = dice.amount % (amountAt(session.books, `earnings ${id}`) + 1n);
  const args = [id, from.address as Hex, amount];
  await forwardUpTo(session, amount);
  await sendAt(session, {
    from,
    to: session.market.coordinator,
    method: "withdrawEarnings",
    args,
  });
  move(session, earningsWithdrawn(id, amount));
}

/** Gas gets dearer or cheaper, and somebody notes the base fee if it is the highest of its period. */
export async function changeFee(session: Session, { choice, amount }: Dice): Promise<void> {
  session.baseFee = GWEI + (amount % ((choice % 4 === 0 ? 60n : 20n) * GWEI));
  session.tip = amount % (4n * GWEI);
  const period = periodOf(session.time + 1n);
  if (session.baseFee <= (session.notedFees.get(period) ?? 0n)) return;
  const { owner: from, operators: to } = session.market;
  await sendAt(session, { from, to, method: "noteBaseFee", args: [] });
  session.notedFees.set(periodOf(session.time), session.baseFee);
}

/** What an operator's listing asks for now; nothing if he has none. */
export function listedNow(session: Session, level: Level, id: bigint) {
  const listing = session.listings.get(listingKey(level, id));
  return listing === undefined ? undefined : listedAt(listing, session.time);
}
