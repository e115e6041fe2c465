import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { finalizeManyCall, preimageCall, recordCall } from "./calldata.ts";
import type { Market } from "./market.ts";
import { answeredPreimage, type Disputable, type Tracked } from "./requestBook.ts";
import { hasOutsideGain } from "./strategies.ts";

const BATCH = 20;
const ITEM_GAS = 150_000n;
/** What a batch wants to have left before each item, the last one too. */
const LEFT_GAS = 800_000n;

/** Time passes until everything asked can end, and it does: expired, fallen, final. */
export async function endAll(market: Market, asked: readonly Tracked[]): Promise<void> {
  const { world, people } = market;
  const open = world.book.now(asked, "Open");
  world.chain.waitUntil(Math.max(0, ...open.map(({ deadline }) => deadline)));
  for (const request of open) {
    const data = preimageCall("expire", request);
    world.send({ from: people.keeper, to: world.coordinator, data });
  }
  const answers = world.book.disputable(asked, "Answered", "Challenged");
  world.chain.waitUntil(Math.max(0, ...answers.map(({ answer }) => answer.windowEnd)));
  for (const request of answers.filter(({ status }) => status === "Challenged")) {
    const data = recordCall("closeChallenge", answeredPreimage(request));
    world.send({ from: people.keeper, to: world.coordinator, data });
  }
  const undisputed = answers.filter(({ status }) => status === "Answered");
  for (const [id, own] of Map.groupBy(undisputed, ({ answer }) => answer.payee)) {
    const operator = people.byId.get(id);
    if (operator !== undefined) finalizeOwn(market, own, operator.account);
  }
  await world.step();
}

/** Makes answers final, twenty a transaction. */
export function finalizeOwn(
  { world }: Pick<Market, "world">,
  answers: readonly Disputable[],
  from: Hex,
): void {
  for (let start = 0; start < answers.length; start += BATCH) {
    const items = answers.slice(start, start + BATCH).map(answeredPreimage);
    const gas = BigInt(items.length) * ITEM_GAS + LEFT_GAS;
    world.send({ from, to: world.coordinator, data: finalizeManyCall(items), gas });
  }
}

/** Liars are paid elsewhere for each of their wrong answers that is final. */
export function payGains(market: Market, asked: readonly Tracked[], gain: bigint): void {
  const { world, people } = market;
  for (const { answer } of world.book.disputable(asked, "Finalized")) {
    if (answer.isRight) continue;
    const author = people.byId.get(answer.payee);
    if (author === undefined || !hasOutsideGain(author.strategy)) continue;
    world.send({ from: people.prey, to: author.account, value: gain });
  }
}

/** The judge is revoked: what has no final answer yet gets none, and nobody is blamed. */
export async function failAll(market: Market, asked: readonly Tracked[]): Promise<void> {
  const { world, people } = market;
  for (const id of world.judgeIds) world.ask(people.owner, "revokeVerifier", [id]);
  await world.step();
  const from = people.keeper;
  const to = world.coordinator;
  for (const request of world.book.now(asked, "Open")) {
    world.send({ from, to, data: preimageCall("fail", request) });
  }
  for (const request of world.book.disputable(asked, "Answered", "Challenged")) {
    world.send({ from, to, data: recordCall("failAnswered", answeredPreimage(request)) });
  }
  await world.step();
}
