import { encodeStatic, keccak, type Hex } from "../../sdk/protocol/abiEncoding.ts";
import { escalateCall, overturnCall, recordCall, type AnswerContent } from "./calldata.ts";
import { ECONOMY } from "./economy.ts";
import { rightOutput } from "./evidence.ts";
import { billProof, billRun, type Market } from "./market.ts";
import type { Operator } from "./people.ts";
import { answeredPreimage, type Disputable, type Tracked } from "./requestBook.ts";
import { reactionOf, type Reaction } from "./strategies.ts";

/** A right answer is challenged this often by somebody who only wants to annoy. */
const GRIEF_SHARE = 0.01;
/** A tip that puts a transaction before all others of its block. */
const FIRST_TIP = 10n ** 9n;
const SALT: Hex = `0x${"00".repeat(31)}01`;

/** What somebody other than its author does about an answer. */
interface Dispute {
  readonly request: Disputable;
  readonly from: Hex;
  readonly reaction: Exclude<Reaction, "nothing">;
}

/**
 * A round of watching: commitments and challenges, then proofs. A gang has committed to overturning
 * each of its own lies, and does so first in the block in which somebody else would.
 */
export async function dispute(
  market: Market,
  asked: readonly Tracked[],
  watchShare: number,
): Promise<void> {
  const { world } = market;
  const answers = world.book.disputable(asked, "Answered");
  const disputes = answers.flatMap((request) => disputeOf(market, request, watchShare));
  for (const { request, gang } of gangAnswers(market, answers)) {
    commit(market, request, gang.challenger);
  }
  for (const { request, from, reaction } of disputes) {
    if (reaction === "challenge") challenge(market, request, from);
    else commit(market, request, from);
  }
  await world.step();

  for (const { request, from, reaction } of disputes) {
    const current = { ...request, ...world.book.get(request.id) };
    const author = authorOf(market, request);
    if (author.gang !== undefined && !request.answer.isRight) {
      await overturn(market, current, author.gang.challenger, FIRST_TIP);
    }
    if (reaction === "overturn") await overturn(market, current, from, 0n);
    if (reaction === "challenge" && request.answer.isRight) await escalate(market, current, author);
  }
  await world.step();
}

function disputeOf(market: Market, request: Disputable, watchShare: number): readonly Dispute[] {
  const { random, people } = market;
  const { isRight } = request.answer;
  if (random.chance(watchShare)) {
    const from = random.pick(people.watchers);
    billRun(market, from);
    const reaction = reactionOf(isRight, random.unit());
    if (reaction !== "nothing") return [{ request, from, reaction }];
  }
  if (isRight && random.chance(GRIEF_SHARE)) {
    return [{ request, from: people.griefer, reaction: "challenge" }];
  }
  return [];
}

function gangAnswers(
  market: Market,
  answers: readonly Disputable[],
): readonly { readonly request: Disputable; readonly gang: NonNullable<Operator["gang"]> }[] {
  return answers.flatMap((request) => {
    const { gang } = authorOf(market, request);
    return gang === undefined || request.answer.isRight ? [] : [{ request, gang }];
  });
}

/** Says that `from` will overturn, without saying what. */
export function commit({ world }: Pick<Market, "world">, request: Tracked, from: Hex): void {
  const outputHash = keccak(Buffer.from(rightOutput(request.input).slice(2), "hex"));
  const commitment = keccak(encodeStatic([request.id, outputHash, from, SALT]));
  world.ask(from, "commitOverturn", [commitment]);
}

/** Overturns with evidence of the right output; `from` has committed to it in an earlier block. */
export async function overturn(
  market: Pick<Market, "world" | "bills">,
  request: Disputable,
  from: Hex,
  tip: bigint,
): Promise<void> {
  const { world } = market;
  billProof(market, from);
  const answer = await provenAnswer(market, request, BigInt(from));
  const data = overturnCall(answeredPreimage(request), answer, SALT);
  world.send({ from, to: world.coordinator, data, tip });
}

function challenge({ world }: Market, request: Disputable, from: Hex): void {
  // Three tenths of the release's bond, as `challengeBondOf` says.
  const value = (ECONOMY.answerBond * 3n) / 10n;
  const data = recordCall("challenge", answeredPreimage(request));
  world.send({ from, to: world.coordinator, data, value });
}

async function escalate(market: Market, request: Disputable, author: Operator): Promise<void> {
  const { world } = market;
  billProof(market, author.account);
  const answer = await provenAnswer(market, request, author.id);
  const data = escalateCall(answeredPreimage(request), answer);
  world.send({ from: author.account, to: world.coordinator, data });
}

async function provenAnswer(
  { world }: Pick<Market, "world">,
  { id: requestId, input }: Tracked,
  payee: bigint,
): Promise<AnswerContent> {
  const evidence = await world.evidence.evidenceFor({ requestId, payee, input });
  return { payee, input, output: rightOutput(input), evidence };
}

function authorOf({ people }: Market, { id, answer }: Disputable): Operator {
  const author = people.byId.get(answer.payee);
  if (author === undefined) throw new Error(`Nobody known answered request ${id}`);
  return author;
}
