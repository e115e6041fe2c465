import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { verificationNumber } from "../../sdk/protocol/verification.ts";
import { fulfillCall, preimageCall } from "./calldata.ts";
import { rightOutput, wrongOutput } from "./evidence.ts";
import { billProof, billRun, type Market } from "./market.ts";
import type { Operator } from "./people.ts";
import type { Tracked } from "./requestBook.ts";
import { replyOf, type Level } from "./strategies.ts";

const OPTIMISTIC = verificationNumber("Optimistic");
const DECLINE_ROUNDS = 3;
const FALLBACK_WINDOWS = 4;

/** Assigned operators reply; whom a declined request comes to next does so as well. */
export async function answerAssigned(market: Market, asked: readonly Tracked[]): Promise<void> {
  const { world, people } = market;
  let waiting = asked;
  for (let round = 0; round < DECLINE_ROUNDS && waiting.length > 0; round++) {
    for (const request of waiting) {
      const operator = people.byId.get(request.operatorId);
      if (operator !== undefined) await reply(market, request, operator);
    }
    await world.step();
    // Still open under another operator: it was declined.
    const before = new Map(waiting.map(({ id, operatorId }) => [id, operatorId]));
    waiting = world.book
      .now(waiting, "Open")
      .filter(({ id, operatorId }) => operatorId !== 0n && operatorId !== before.get(id));
  }
}

/** After the primary windows: whoever may answer instead, window by window. */
export async function answerLate(market: Market, asked: readonly Tracked[]): Promise<void> {
  const { world } = market;
  for (let window = 0; window < FALLBACK_WINDOWS; window++) {
    const late = world.book.now(asked, "Open");
    if (late.length === 0) return;
    world.chain.wait(window === 0 ? 0 : 60);
    world.chain.waitUntil(Math.max(...late.map(({ primaryUntil }) => primaryUntil)));
    await world.step();
    for (const request of late) {
      const operator = await fallbackOf(market, request);
      if (operator !== undefined) await reply(market, request, operator);
    }
    await world.step();
  }
}

/** At `Optimistic` the one the contract drew, at `Zk` any honest one who comes first. */
async function fallbackOf(market: Market, request: Tracked): Promise<Operator | undefined> {
  const { world, people, random } = market;
  if (request.level !== OPTIMISTIC) {
    return random.pick(people.operators.filter(({ strategy }) => strategy === "honest"));
  }
  const drawn = await world.chain.read(world.coordinator, preimageCall("fallbackOf", request));
  return people.byId.get(BigInt(drawn));
}

async function reply(market: Market, request: Tracked, operator: Operator): Promise<void> {
  const data = await replyData(market, request, operator);
  const { world } = market;
  if (data !== undefined) world.send({ from: operator.account, to: world.coordinator, data });
}

async function replyData(
  market: Market,
  request: Tracked,
  operator: Operator,
): Promise<Hex | undefined> {
  switch (replyOf(operator.strategy, levelOf(request))) {
    case "silence":
      return undefined;
    case "decline":
      return preimageCall("decline", request);
    case "wrong":
      return optimisticAnswer(request, operator, wrongOutput(request.input));
    case "right":
      if (request.level !== OPTIMISTIC) return provenAnswer(market, request, operator);
      billRun(market, operator.account);
      return optimisticAnswer(request, operator, rightOutput(request.input));
  }
}

async function provenAnswer(market: Market, request: Tracked, operator: Operator): Promise<Hex> {
  billProof(market, operator.account);
  const { id: requestId, input } = request;
  const payee = operator.id;
  const evidence = await market.world.evidence.evidenceFor({ requestId, payee, input });
  return fulfillCall(request, { payee, input, output: rightOutput(input), evidence });
}

/** Nobody looks at its input and evidence. */
function optimisticAnswer(request: Tracked, operator: Operator, output: Hex): Hex {
  return fulfillCall(request, { payee: operator.id, input: "0x", output, evidence: "0x" });
}

function levelOf(request: Tracked): Level {
  return request.level === OPTIMISTIC ? "Optimistic" : "Zk";
}
