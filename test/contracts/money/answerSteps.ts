import { strict as assert } from "node:assert";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { Assignment } from "../../../sdk/protocol/assignment.ts";
import { networkHelpers } from "../support/world.ts";
import { gasPriceOf, latePenaltyOf, least } from "./amounts.ts";
import { amountAt } from "./causes.ts";
import { ask, INPUT } from "./askSteps.ts";
import { checkGas, checkSettledGas } from "./gasChecks.ts";
import { isExcused } from "./listings.ts";
import { MIN_BOND, PRIMARY_WINDOW_SECONDS, RELEASE, replaceVerifier } from "./market.ts";
import { freeBondUpTo, listedNow, stayingOf } from "./operatorSteps.ts";
import { credited, noteOwed, sendPerhapsPaused } from "./owed.ts";
import {
  eventOf,
  mineNow,
  move,
  numberIn,
  pickFrom,
  sendAt,
  waitUntil,
  type Dice,
  type Live,
  type Sent,
  type Session,
} from "./session.ts";
import { balance, expired, failed, locked, penalized, settled } from "./transfers.ts";

export const RIGHT_OUTPUT = "0x00000001";
export const WRONG_OUTPUT = "0x00000002";
export const EVIDENCE = "0x";
/** Bytes of a proven answer. */
export const PROVEN = { input: RELEASE.inputLength, output: RELEASE.outputLength };
const DECLINABLE_SECONDS = PRIMARY_WINDOW_SECONDS / 3n;

/** A proven answer: of the assigned operator, or of any who is bonded once his window is over. */
export async function prove(session: Session, dice: Dice): Promise<void> {
  const live = openOne(session, dice, "Zk");
  if (live === undefined) return ask(session, { ...dice, choice: dice.choice | 1 });
  if (dice.choice % 3 === 0) waitUntil(session, live.assignment.primaryUntil);
  const payee = provingOperator(session, live, dice);
  if (payee === undefined) return;
  const { coordinator: to, owner: from } = session.market;
  const answer = { payee, input: INPUT, output: RIGHT_OUTPUT, evidence: EVIDENCE };
  const args = [live.request, live.assignment, answer];
  const sent = await sendPerhapsPaused(session, dice, { from, to, method: "fulfill", args });
  const event = eventOf(sent, "RequestFulfilled");
  const { price, id } = live.agreed;
  const before = amountAt(session.books, `earnings ${payee}`);
  noteLate(session, live, { payee, sent });
  const bonus = amountAt(session.books, `earnings ${payee}`) - before;
  const gasFee = numberIn(event, "paid") - price - bonus;
  checkSettledGas(live, { sent, gasFee, step: "prove", isCalled: true, ...PROVEN });
  move(session, settled(live.agreed, payee, gasFee));
  session.live.delete(id);
}

/** An answer on a bond: of the assigned operator, or of the fallback that the coordinator drew. */
export async function answer(session: Session, dice: Dice): Promise<void> {
  const live = openOne(session, dice, "Optimistic");
  if (live === undefined) return ask(session, { ...dice, choice: dice.choice & ~1 });
  if (dice.choice % 3 === 0) waitUntil(session, live.assignment.primaryUntil);
  const { coordinator: to, crowd } = session.market;
  const payee = await answeringOperator(session, live);
  const operator = crowd.find(({ id }) => id === payee);
  if (operator === undefined) return;
  const isRight = dice.pick % 3 !== 0;
  const output = isRight ? RIGHT_OUTPUT : WRONG_OUTPUT;
  const args = [live.request, live.assignment, { payee, input: "0x", output, evidence: "0x" }];
  const sending = { from: operator.signer, to, method: "fulfill", args };
  const sent = await sendPerhapsPaused(session, dice, sending);
  const { windowEnd, record } = eventOf(sent, "RequestAnswered");
  const gasFee = numberIn(recordFields(record), "gasFee");
  const isCalled = live.terms.delivery === 0n;
  checkGas(live, { sent, gasFee, step: "answer", isCalled, ...PROVEN, input: 0n });
  move(session, locked(live.agreed, payee));
  noteLate(session, live, { payee, sent });
  const answered = { payee, isRight, gasFee, record: recordFields(record) };
  assert.ok(typeof windowEnd === "bigint");
  session.live.set(live.agreed.id, { ...live, answered: { ...answered, windowEnd } });
}

/** Nobody answered in time; the caller's gas is paid. */
export async function expire(session: Session, dice: Dice): Promise<void> {
  const open = [...session.live.values()].filter(isOpen);
  const overdue = open.filter(({ terms }) => session.time >= terms.deadline);
  const live = pickFrom(overdue, dice.pick) ?? pickFrom(open, dice.pick);
  if (live === undefined) return ask(session, dice);
  waitUntil(session, live.terms.deadline);
  const { coordinator: to, challenger: from } = session.market;
  const args = [live.request, live.assignment];
  const sent = await sendPerhapsPaused(session, dice, { from, to, method: "expire", args });
  const caller = from.address as Hex;
  const reward = numberIn(eventOf(sent, "RequestExpired"), "reward");
  const { operatorId, latePenalty } = live.assignment;
  const isOwed = operatorId !== 0n && !session.revoked.has(live.assignment.verifierId);
  checkReward(live, { sent, reward, isOwed });
  const before = amountAt(session.books, balance(caller));
  // Only an escrow that is used up caps a reward, and a penalty is smaller than that.
  const mostPaid = least(reward, latePenalty);
  if (isOwed) takePenalty(session, live, { sent, mostPaid, payee: undefined, caller });
  const fromPenalty = amountAt(session.books, balance(caller)) - before;
  move(session, expired(live.agreed, caller, { reward, fromPenalty }));
  session.live.delete(live.agreed.id);
}

/** A verifier is revoked now and then; what waited for it fails, answered or not. */
export async function fail(session: Session, dice: Dice): Promise<void> {
  const orphans = [...session.live.values()].filter(({ assignment }) =>
    session.revoked.has(assignment.verifierId),
  );
  const live = pickFrom(orphans, dice.pick);
  if (live === undefined || live.answered !== undefined) {
    const first = pickFrom([...session.live.values()].filter(isOpen), dice.pick);
    if (first === undefined || dice.choice % 4 !== 0) return;
    session.revoked.add(
      await session.market.coordinator.getFunction("currentVerifier")(first.request["level"]),
    );
    await replaceVerifier(session.market, first.level);
    return afterSetup(session);
  }
  const { coordinator: to, owner: from } = session.market;
  const args = [live.request, live.assignment];
  await sendAt(session, { from, to, method: "fail", args });
  move(session, failed(live.agreed));
  session.live.delete(live.agreed.id);
}

/** The assigned operator gives a new request back: nobody pays anything. */
export async function decline(session: Session, dice: Dice): Promise<void> {
  await ask(session, dice);
  const live = [...session.live.values()].at(-1);
  const operator = session.market.crowd.find(({ id }) => id === live?.assignment.operatorId);
  if (live === undefined || operator === undefined) return;
  if (session.time + 1n >= live.assignment.assignedAt + DECLINABLE_SECONDS) return;
  const { coordinator: to } = session.market;
  const args = [live.request, live.assignment];
  const sent = await sendAt(session, { from: operator.signer, to, method: "decline", args });
  const event = sent.logs.find(({ name }) => name === "RequestReassigned");
  const assignment: Assignment = event?.args["assignment"].toObject(true);
  const listed = listedNow(session, live.level, assignment.operatorId);
  const latePenalty = listed === undefined ? 0n : latePenaltyOf(listed);
  const { price, escrow, bond, royalty } = live.agreed;
  const kept = { price, escrow, bond, royalty, latePenalty };
  assert.deepEqual({ ...assignment, ...kept }, assignment, "reassignment");
  session.live.set(live.agreed.id, { ...live, assignment });
}

/* WHO ANSWERS */

export const isOpen = ({ answered }: Live): boolean => answered === undefined;

/** An open request of the level that can still be answered. */
function openOne(session: Session, dice: Dice, level: Live["level"]): Live | undefined {
  const soon = session.time + 2n * PRIMARY_WINDOW_SECONDS;
  const open = [...session.live.values()].filter(
    (live) =>
      isOpen(live) &&
      live.level === level &&
      soon < live.terms.deadline &&
      !session.revoked.has(live.assignment.verifierId),
  );
  return pickFrom(open, dice.pick);
}

function provingOperator(session: Session, live: Live, dice: Dice): bigint | undefined {
  const { operatorId, primaryUntil } = live.assignment;
  // The token may be paused first.
  if (session.time + 2n < primaryUntil) return operatorId;
  const bonded = session.market.crowd.filter(({ id }) => stayingOf(session, id) >= MIN_BOND);
  return pickFrom(bonded, dice.pick)?.id;
}

/** With bond enough; views are asked of the last block, so a block of that window is made first. */
async function answeringOperator(session: Session, live: Live): Promise<bigint> {
  const { operatorId, primaryUntil } = live.assignment;
  const { coordinator } = session.market;
  const margin = 10n;
  if (operatorId !== 0n && session.time + margin < primaryUntil) {
    await freeBondUpTo(session, operatorId, live.agreed.bond);
    return operatorId;
  }
  for (const { id } of session.market.crowd) await freeBondUpTo(session, id, live.agreed.bond);
  waitUntil(session, primaryUntil);
  const into = (session.time - primaryUntil) % PRIMARY_WINDOW_SECONDS;
  if (into + margin > PRIMARY_WINDOW_SECONDS)
    waitUntil(session, session.time + PRIMARY_WINDOW_SECONDS - into);
  await mineNow(session);
  return coordinator.getFunction("fallbackOf")(live.request, live.assignment);
}

/* LATENESS */

/** Half of a late penalty is whoever's who answers instead. */
function noteLate(
  session: Session,
  live: Live,
  { payee, sent }: { readonly payee: bigint; readonly sent: Sent },
): void {
  const { operatorId, latePenalty } = live.assignment;
  if (operatorId === 0n || operatorId === payee) return;
  takePenalty(session, live, { sent, mostPaid: latePenalty / 2n, payee, caller: undefined });
}

function takePenalty(
  session: Session,
  live: Live,
  late: {
    readonly sent: Sent;
    readonly mostPaid: bigint;
    readonly payee: bigint | undefined;
    readonly caller: Hex | undefined;
  },
): void {
  const { operatorId, latePenalty: penalty, assignedAt, primaryUntil } = live.assignment;
  const request = { maxGasPrice: live.terms.maxGasPrice, assignedAt, primaryUntil };
  if (isExcused(session.notedFees, late.sent.gas.baseFee, request)) return;
  const { mostPaid, payee, caller } = late;
  const whom =
    payee === undefined
      ? ({ cause: "late, to who expires", to: balance(caller ?? "0x") } as const)
      : ({ cause: "late, to who answers", to: `earnings ${payee}` } as const);
  const parameters = { operatorId, penalty, mostPaid, ...whom };
  const transfers = penalized(session.books, parameters, credited(session));
  const paid = transfers.filter(({ cause }) => cause === whom.cause);
  noteOwed(
    session,
    paid.reduce((sum, { amount }) => sum + amount, 0n),
  );
  move(session, transfers);
}

/* GAS */

/** What `expire` measures of itself: not known beforehand, and not much. */
function checkReward(
  { agreed, assignment, terms }: Live,
  {
    sent,
    reward,
    isOwed,
  }: { readonly sent: Sent; readonly reward: bigint; readonly isOwed: boolean },
): void {
  const gasPrice = gasPriceOf(sent.gas, terms.maxGasPrice);
  const { latePenalty } = assignment;
  const overhead = 60_000n + (isOwed ? (latePenalty > 0n ? 80_000n : 25_000n) : 0n);
  const lower = ((overhead * 12n) / 10n) * gasPrice;
  const upper = (((overhead + 40_000n) * 12n) / 10n) * gasPrice;
  assert.ok(reward <= upper, "reward of expiry");
  assert.ok(reward >= least(lower, agreed.escrow), "reward of expiry");
}

/** Transactions that the session did not time have passed. */
async function afterSetup(session: Session): Promise<void> {
  session.time = BigInt(await networkHelpers.time.latest());
}

function recordFields(record: unknown): Readonly<Record<string, unknown>> {
  if (typeof record !== "object" || record === null || !("toObject" in record))
    throw new Error("no record in the event");
  return (record as { toObject(): Record<string, unknown> }).toObject();
}
