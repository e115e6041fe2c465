import { strict as assert } from "node:assert";
import { AbiCoder, id as hashOfText, keccak256 } from "ethers";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import {
  challengeBondOf,
  gasPriceOf,
  most,
  mostForCallback,
  slashOf,
  withCall,
} from "./amounts.ts";
import { answer, EVIDENCE, PROVEN, RIGHT_OUTPUT, WRONG_OUTPUT } from "./answerSteps.ts";
import { INPUT } from "./askSteps.ts";
import { amountAt } from "./causes.ts";
import { checkGas, checkSettledGas } from "./gasChecks.ts";
import { RELEASE } from "./market.ts";
import { credited, noteOwed, sendPerhapsPaused } from "./owed.ts";
import { DELIVERY } from "../../../sdk/protocol/terms.ts";
import {
  arrives,
  eventOf,
  move,
  numberIn,
  pickFrom,
  sendAt,
  waitUntil,
  type Answered,
  type Dice,
  type Live,
  type Sent,
  type Session,
} from "./session.ts";
import {
  balance,
  challengeLost,
  challengePlaced,
  challengeReturned,
  deposited,
  failed,
  fallen,
  settled,
  unlocked,
} from "./transfers.ts";

type Standing = Live & { readonly answered: Answered };

/** An undisputed answer becomes final, if need be after its window. */
export async function finalize(session: Session, dice: Dice): Promise<void> {
  const live = standing(session, dice, ({ answered }) => answered.challenged === undefined);
  if (live === undefined) return answer(session, dice);
  const { payee, isRight, windowEnd, record } = live.answered;
  waitUntil(session, windowEnd);
  const { coordinator: to, owner: from } = session.market;
  const args = [live.request, live.assignment, record, isRight ? RIGHT_OUTPUT : WRONG_OUTPUT];
  const sent = await sendAt(session, { from, to, method: "finalize", args });
  const gasFee = settledFee(live, sent);
  move(session, unlocked(live.agreed, payee), settled(live.agreed, payee, gasFee));
  session.live.delete(live.agreed.id);
}

/** Somebody asks for a proof, against a bond of his own. */
export async function challenge(session: Session, dice: Dice): Promise<void> {
  const live = standing(
    session,
    dice,
    ({ answered }) => answered.challenged === undefined && session.time + 1n < answered.windowEnd,
  );
  if (live === undefined) return answer(session, dice);
  const { coordinator: to, challenger: from, treasury, asset } = session.market;
  const challenger = from.address as Hex;
  const bond = challengeBondOf(RELEASE.minBond);
  const lacking = most(bond - amountAt(session.books, balance(challenger)), 0n);
  if (asset !== "coins" && lacking > 0n) {
    const args = [challenger, 2n * lacking];
    await sendAt(session, { from: treasury, to, method: "deposit", args });
    move(session, deposited(challenger, arrives(session)(2n * lacking)));
  }
  const value = asset === "coins" ? lacking : 0n;
  const args = [live.request, live.assignment, live.answered.record];
  const sent = await sendAt(session, { from, to, method: "challenge", args, value });
  const challenged = { challenger, bond };
  move(session, deposited(challenger, value, "sent along"));
  move(session, challengePlaced(live.agreed.id, challenged));
  const event = sent.logs.find(({ name }) => name === "RequestChallenged");
  const record = event?.args["record"].toObject();
  const windowEnd = event?.args["proofDeadline"];
  session.live.set(live.agreed.id, {
    ...live,
    answered: { ...live.answered, challenged, record, windowEnd },
  });
}

/** A proof of the answer that stands: final at once, and the challenger's bond is the operator's. */
export async function escalate(session: Session, dice: Dice): Promise<void> {
  const isMeant = ({ answered }: Standing): boolean =>
    answered.isRight && session.time + 1n < answered.windowEnd;
  const isAsked = (live: Standing): boolean =>
    isMeant(live) && live.answered.challenged !== undefined;
  const live = standing(session, dice, isAsked) ?? standing(session, dice, isMeant);
  if (live === undefined) return answer(session, { ...dice, pick: 1 });
  const { payee, record, challenged } = live.answered;
  const { coordinator: to, owner: from } = session.market;
  const proven = { payee: 0n, input: INPUT, output: RIGHT_OUTPUT, evidence: EVIDENCE };
  const args = [live.request, live.assignment, record, proven];
  const sent = await sendAt(session, { from, to, method: "escalate", args });
  const gasFee = settledFee(live, sent);
  move(session, challengeLost(live.agreed.id, payee, challenged));
  move(session, unlocked(live.agreed, payee), settled(live.agreed, payee, gasFee));
  session.live.delete(live.agreed.id);
}

/** A proof of another output: the bond is slashed, and the prover's gas paid from the escrow. */
export async function overturn(session: Session, dice: Dice): Promise<void> {
  const live = standing(
    session,
    dice,
    ({ answered }) => !answered.isRight && session.time + 3n < answered.windowEnd,
  );
  if (live === undefined) return answer(session, { ...dice, pick: 0 });
  const { coordinator: to, treasury: from } = session.market;
  const salt = hashOfText(`${session.time}`);
  const words = [live.agreed.id, keccak256(RIGHT_OUTPUT), from.address, salt];
  const commitment = keccak256(
    AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32", "address", "bytes32"], words),
  );
  await sendAt(session, { from, to, method: "commitOverturn", args: [commitment] });
  const right = { payee: 0n, input: INPUT, output: RIGHT_OUTPUT, evidence: EVIDENCE };
  const args = [live.request, live.assignment, live.answered.record, right, salt];
  const sent = await sendPerhapsPaused(session, dice, { from, to, method: "overturn", args });
  const share = rewardOf(session, live);
  const gasFee = numberIn(eventOf(sent, "RequestOverturned"), "reward") - share;
  const isCapped = gasFee === live.agreed.escrow;
  if (!isCapped)
    checkGas(live, { sent, gasFee, step: "prove", isCalled: false, ...PROVEN, credits: 1n });
  else if (gasPriceOf(sent.gas, live.terms.maxGasPrice) === 0n)
    throw new Error("an escrow was paid for gas at no price");
  fall(session, live, { sent, challenger: from.address as Hex, gasFee });
}

/** Nobody proved a challenged answer in time, right or not. */
export async function closeChallenge(session: Session, dice: Dice): Promise<void> {
  const live = standing(session, dice, ({ answered }) => answered.challenged !== undefined);
  const challenged = live?.answered.challenged;
  if (live === undefined || challenged === undefined) return challenge(session, dice);
  waitUntil(session, live.answered.windowEnd);
  const { coordinator: to, owner: from } = session.market;
  const args = [live.request, live.assignment, live.answered.record];
  const sent = await sendPerhapsPaused(session, dice, { from, to, method: "closeChallenge", args });
  fall(session, live, { sent, challenger: challenged.challenger, gasFee: 0n });
}

/** The judge was revoked: everybody gets back what is his. */
export async function failAnswered(session: Session, dice: Dice): Promise<void> {
  const orphans = [...session.live.values()].filter(
    (live): live is Standing =>
      live.answered !== undefined && session.revoked.has(live.assignment.verifierId),
  );
  const live = pickFrom(orphans, dice.pick);
  if (live === undefined) return answer(session, dice);
  const { coordinator: to, owner: from } = session.market;
  const args = [live.request, live.assignment, live.answered.record];
  await sendAt(session, { from, to, method: "failAnswered", args });
  move(session, unlocked(live.agreed, live.answered.payee));
  move(session, challengeReturned(live.agreed.id, live.answered.challenged));
  move(session, failed(live.agreed));
  session.live.delete(live.agreed.id);
}

/* INSIDE */

function standing(
  session: Session,
  { pick }: Dice,
  isMeant: (live: Standing) => boolean,
): Standing | undefined {
  const all = [...session.live.values()].filter(
    (live): live is Standing =>
      live.answered !== undefined && !session.revoked.has(live.assignment.verifierId),
  );
  return pickFrom(all.filter(isMeant), pick);
}

/** Of what was paid for a final answer, the gas of both transactions. */
function settledFee(live: Standing, sent: Sent): bigint {
  const gasFee = numberIn(eventOf(sent, "RequestFinalized"), "paid") - live.agreed.price;
  const isCalled = live.terms.delivery === DELIVERY.WhenFinal;
  const output = isCalled ? RELEASE.outputLength : 0n;
  const earlier = live.answered.gasFee;
  const paid = { sent, gasFee, earlier, step: "finalize", isCalled, input: 0n, output } as const;
  checkSettledGas(live, paid);
  return gasFee;
}

function rewardOf(session: Session, live: Standing): bigint {
  const transfers = fallen({
    request: live.agreed,
    payee: live.answered.payee,
    challenger: "0x",
    sender: "0x",
    gasFee: 0n,
    callbackFee: 0n,
    arrives: credited(session),
  });
  return transfers.find(({ cause }) => cause === "slash, to the challenger")?.amount ?? 0n;
}

function fall(
  session: Session,
  live: Standing,
  { sent, ...paid }: { readonly sent: Sent; readonly challenger: Hex; readonly gasFee: bigint },
): void {
  const { agreed: request, answered } = live;
  const { payee } = answered;
  const sender = sent.receipt.from as Hex;
  const callbackFee = callbackFeeOf(session, live, sent);
  move(session, challengeReturned(request.id, answered.challenged));
  noteOwed(session, slashOf(request.bond, credited(session)).sent);
  const parameters = { request, payee, sender, callbackFee, ...paid, arrives: credited(session) };
  move(session, fallen(parameters));
  session.live.delete(request.id);
}

/** What the callback used is not known beforehand, but where there is none or it burns all. */
function callbackFeeOf({ market }: Session, { agreed, terms, consumer }: Live, sent: Sent): bigint {
  const { baseFee } = sent.gas;
  const mostFee = withCall(terms.callbackGas) * baseFee;
  const isPaid =
    market.asset === "coins" && terms.callbackGas > 0n && consumer.mood !== "has no code";
  if (!isPaid || mostFee > mostForCallback(agreed.bond)) {
    assert.ok(
      sent.logs.every(({ name }) => name !== "CallbackPaid"),
      "a callback paid for",
    );
    return 0n;
  }
  const paid = numberIn(eventOf(sent, "CallbackPaid"), "amount");
  assert.equal(paid % baseFee, 0n, "gas is paid by the unit");
  if (consumer.mood === "burns gas") assert.equal(paid, mostFee, "all of it");
  else assert.ok(paid > 0n && paid <= mostFee, `callback fee ${paid}`);
  return paid;
}
