import { strict as assert } from "node:assert";
import { MaxUint256 } from "ethers";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { Assignment } from "../../../sdk/protocol/assignment.ts";
import { termsOf, type Terms } from "../../../sdk/protocol/terms.ts";
import { ETHER, GWEI } from "../support/world.ts";
import { bondOf, costsOf, latePenaltyOf, most, type Level } from "./amounts.ts";
import { amountAt } from "./causes.ts";
import { listedAt } from "./listings.ts";
import { LEVEL_NUMBER, PROTOCOL_FEE_BPS, RELEASE, type Consumer } from "./market.ts";
import { serveSomebody } from "./operatorSteps.ts";
import {
  arrives,
  listingKey,
  mineNow,
  move,
  pickFrom,
  sendAt,
  type Dice,
  type Sending,
  type Sent,
  type Session,
} from "./session.ts";
import { forwardUpTo } from "./owed.ts";
import { balance, deposited, taken, withdrawn, type Agreed } from "./transfers.ts";

const LIFETIME_SECONDS = 900n;
const CALLBACK_GAS = 150_000n;
export const INPUT = "0x0102030405060708";

/** A consumer asks from his own balance, with a value if the asset is coins. */
export async function ask(session: Session, dice: Dice): Promise<void> {
  const { consumer, level, terms } = await wishes(session, dice);
  const quoted = await quote(session, level, terms);
  const lacking = most(quoted - amountAt(session.books, balance(consumer.address)), 0n);
  const isCoins = session.market.asset === "coins";
  const value = isCoins ? lacking + (dice.choice % 2 === 0 ? dice.amount % GWEI : 0n) : 0n;
  if (!isCoins && lacking > 0n) await depositFor(session, consumer.address, 2n * lacking);
  const args = [session.market.releaseId, LEVEL_NUMBER[level], INPUT, terms];
  const sent = await asConsumer(session, consumer, { method: "requestInference", args, value });
  move(session, deposited(consumer.address, value, "sent along"));
  noteRequests(session, { sent, consumer, payer: consumer.address, quoted });
}

/** The treasury pays for it, out of what it allowed. */
export async function askFor(session: Session, dice: Dice): Promise<void> {
  const { treasury, coordinator, releaseId } = session.market;
  const { consumer, level, terms } = await wishes(session, dice);
  const quoted = await quote(session, level, terms);
  const payer = treasury.address as Hex;
  if (amountAt(session.books, balance(payer)) < quoted)
    await depositFor(session, payer, 2n * quoted);
  if ((session.allowances.get(consumer.address) ?? 0n) < quoted) {
    const allowance = dice.choice % 5 === 0 ? MaxUint256 : quoted + (dice.amount % ETHER);
    const args = [consumer.address, allowance];
    await sendAt(session, { from: treasury, to: coordinator, method: "allow", args });
    session.allowances.set(consumer.address, allowance);
  }
  const args = [payer, releaseId, LEVEL_NUMBER[level], INPUT, terms];
  const sent = await asConsumer(session, consumer, { method: "requestInferenceFrom", args });
  noteRequests(session, { sent, consumer, payer, quoted });
}

/** Two at once. */
export async function askMany(session: Session, dice: Dice): Promise<void> {
  // Whoever comes back may have to wait for a day, after which the first deadline would be over.
  await serveSomebody(session, "Optimistic");
  await serveSomebody(session, "Zk");
  const first = await wishes(session, dice);
  const second = await wishes(session, { ...dice, choice: dice.choice + 7 });
  const wanted = [first, second];
  let quoted = 0n;
  for (const { level, terms } of wanted) quoted += await quote(session, level, terms);
  const { consumer } = first;
  const lacking = most(quoted - amountAt(session.books, balance(consumer.address)), 0n);
  if (lacking > 0n) await depositFor(session, consumer.address, 2n * lacking);
  const items = wanted.map(({ level, terms }) => ({
    releaseId: session.market.releaseId,
    level: LEVEL_NUMBER[level],
    input: INPUT,
    terms,
  }));
  const sent = await asConsumer(session, consumer, { method: "requestMany", args: [items] });
  noteRequests(session, { sent, consumer, payer: consumer.address, quoted });
}

export async function deposit(session: Session, dice: Dice): Promise<void> {
  const { consumers, challenger } = session.market;
  const accounts = [...consumers.map(({ address }) => address), challenger.address as Hex];
  const account = pickFrom(accounts, dice.pick);
  if (account !== undefined) await depositFor(session, account, dice.amount % ETHER);
}

export async function withdraw(session: Session, dice: Dice): Promise<void> {
  const { publisher, feeReceiver, treasury, challenger, coordinator } = session.market;
  const from = pickFrom([publisher, feeReceiver, treasury, challenger], dice.pick);
  if (from === undefined) return;
  const account = from.address as Hex;
  const amount = dice.amount % (amountAt(session.books, balance(account)) + 1n);
  const args = [account, amount];
  await forwardUpTo(session, amount);
  await sendAt(session, { from, to: coordinator, method: "withdraw", args });
  move(session, withdrawn(account, amount));
}

/* INSIDE */

/** What is asked for; whoever serves nobody's level is made to. */
async function wishes(
  session: Session,
  { pick, choice, amount }: Dice,
): Promise<{ readonly consumer: Consumer; readonly level: Level; readonly terms: Terms }> {
  const level = choice % 2 === 0 ? "Optimistic" : "Zk";
  await serveSomebody(session, level);
  const consumer = pickFrom(session.market.consumers, pick);
  if (consumer === undefined) throw new Error("no consumers");
  const isPaid = session.market.asset === "coins" && choice % 3 !== 0;
  const asksForBond = level === "Optimistic" && choice % 4 === 0;
  return {
    consumer,
    level,
    terms: termsOf({
      maxFee: MaxUint256,
      deadline: session.time + LIFETIME_SECONDS,
      maxGasPrice: isPaid ? 1n + (amount % (40n * GWEI)) : 0n,
      callbackGas: choice % 5 === 0 ? 0n : CALLBACK_GAS,
      delivery: BigInt(Math.floor(choice / 8) % 2),
      minBond: asksForBond ? amount % ETHER : 0n,
    }),
  };
}

/** What the dearest of those who serve would cost, which is also what the coordinator says. */
async function quote(session: Session, level: Level, terms: Terms): Promise<bigint> {
  const { coordinator, releaseId, crowd } = session.market;
  await mineNow(session);
  const said = await coordinator.getFunction("quote")(
    releaseId,
    LEVEL_NUMBER[level],
    RELEASE.inputLength,
    terms,
  );
  const prices = crowd.flatMap(({ id }) => {
    const listing = session.listings.get(listingKey(level, id));
    return listing?.isListed === true ? [listedAt(listing, session.time).price] : [];
  });
  const price = most(...prices);
  const expected = costsOf({
    level,
    price,
    release: RELEASE,
    protocolFeeBps: PROTOCOL_FEE_BPS,
    terms,
  });
  assert.equal(said.total, expected.escrow, "quote");
  return expected.escrow;
}

async function depositFor(session: Session, account: Hex, amount: bigint): Promise<void> {
  const { treasury: from, coordinator: to, asset } = session.market;
  const value = asset === "coins" ? amount : 0n;
  await sendAt(session, { from, to, method: "deposit", args: [account, amount], value });
  move(session, deposited(account, arrives(session)(amount)));
}

async function asConsumer(
  session: Session,
  consumer: Consumer,
  call: Pick<Sending, "method" | "args" | "value">,
): Promise<Sent> {
  const { coordinator } = session.market;
  const from = consumer.signer;
  if (consumer.contract === undefined) return sendAt(session, { ...call, from, to: coordinator });
  const data = coordinator.interface.encodeFunctionData(call.method, call.args);
  const args = [coordinator.target, data];
  return sendAt(session, { ...call, from, to: consumer.contract, method: "execute", args });
}

/** Compares what was agreed with what the model says of it, and takes the escrow. */
function noteRequests(
  session: Session,
  asked: {
    readonly sent: Sent;
    readonly consumer: Consumer;
    readonly payer: Hex;
    readonly quoted: bigint;
  },
): void {
  const { sent, consumer, payer } = asked;
  let total = 0n;
  for (const { name, args } of sent.logs) {
    if (name !== "InferenceRequested") continue;
    const request = args["request"].toObject(true);
    const assignment: Assignment = args["assignment"].toObject(true);
    const level: Level = request.level === LEVEL_NUMBER.Zk ? "Zk" : "Optimistic";
    const id: Hex = args["requestId"];
    const agreed = agreedOn(session, { id, level, payer, terms: request.terms, assignment });
    move(session, taken(agreed));
    if (payer !== consumer.address) spendAllowance(session, consumer.address, agreed.escrow);
    const { terms } = request;
    session.live.set(id, { agreed, level, terms, request, consumer, assignment });
    total += agreed.escrow;
  }
  assert.ok(total > 0n && total <= asked.quoted, "escrows are above the quote");
}

function agreedOn(
  session: Session,
  request: {
    readonly id: Hex;
    readonly level: Level;
    readonly payer: Hex;
    readonly terms: Terms;
    readonly assignment: Assignment;
  },
): Agreed {
  const { id, level, payer, terms, assignment } = request;
  const listing = session.listings.get(listingKey(level, assignment.operatorId));
  assert.ok(listing?.isListed, "whoever is drawn stands in the list");
  const listed = listedAt(listing, session.time);
  const { price, royalty, protocolFee, escrow } = costsOf({
    level,
    price: listed.price,
    release: RELEASE,
    protocolFeeBps: PROTOCOL_FEE_BPS,
    terms,
  });
  const bond = bondOf(level, price, [terms.minBond, RELEASE.minBond]);
  const latePenalty = latePenaltyOf(listed);
  const { publisher, feeReceiver } = session.market;
  const expected = { price, royalty, escrow, bond, latePenalty, payer };
  assert.deepEqual({ ...assignment, ...expected }, assignment, "assignment");
  return {
    id,
    payer,
    publisher: publisher.address as Hex,
    feeReceiver: feeReceiver.address as Hex,
    price,
    royalty,
    protocolFee,
    escrow,
    bond,
  };
}

function spendAllowance(session: Session, consumer: Hex, amount: bigint): void {
  const before = session.allowances.get(consumer) ?? 0n;
  if (before !== MaxUint256) session.allowances.set(consumer, before - amount);
}
