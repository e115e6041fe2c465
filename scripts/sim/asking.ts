import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { termsOf } from "../../sdk/protocol/terms.ts";
import { verificationNumber } from "../../sdk/protocol/verification.ts";
import { requestCall } from "./calldata.ts";
import { ECONOMY, LIFETIME_SECONDS } from "./economy.ts";
import { INPUT_LENGTH } from "./evidence.ts";
import type { Market } from "./market.ts";
import type { Operator, People } from "./people.ts";
import type { Tracked } from "./requestBook.ts";

const OPTIMISTIC = verificationNumber("Optimistic");
const ZK = verificationNumber("Zk");
/** Of all requests: those of gangs, those for an operator who is not there, those at `Optimistic`. */
const GANG_SHARE = 0.05;
const ABSENT_SHARE = 0.01;
const OPTIMISTIC_SHARE = 0.7;
const MOST_TRIES = 20;
const DEPOSIT = 10n ** 21n;
/** Bonds that requests ask for at least; most ask for none. */
const BONDS = [0n, 0n, 0n, 2n, 3n].map((times) => times * ECONOMY.answerBond);

/** Requesters pay in what all their requests will cost. */
export function deposit({ world, people }: Pick<Market, "world" | "people">): void {
  for (const requester of requestersOf(people)) {
    world.ask(requester, "deposit", [requester, DEPOSIT], DEPOSIT);
  }
}

/** Whom nobody could be drawn for asks again, with another draw. */
export async function ask(market: Market, count: number): Promise<readonly Tracked[]> {
  const { world } = market;
  const known = world.book.all.length;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const missing = count - (world.book.all.length - known);
    if (missing === 0) break;
    for (let i = 0; i < missing; i++) askOne(market);
    await world.step();
  }
  const asked = world.book.all.slice(known);
  if (asked.length !== count) throw new Error(`Of ${count} requests, ${asked.length} were taken`);
  return asked;
}

function askOne({ world, people, random }: Market): void {
  const gangs = people.operators.filter(isGang);
  const absent = people.operators.filter(isAbsent);
  const draw = random.unit();
  const own = draw < GANG_SHARE ? random.pick(gangs) : undefined;
  const isForAbsent = draw >= GANG_SHARE && draw < GANG_SHARE + ABSENT_SHARE;
  const pinned = own ?? (isForAbsent ? random.pick(absent) : undefined);
  const isOptimistic = own !== undefined || random.chance(OPTIMISTIC_SHARE);
  const terms = termsOf({
    maxFee: 10n ** 18n,
    maxGasPrice: ECONOMY.maxGasPrice,
    deadline: BigInt(world.chain.now) + LIFETIME_SECONDS,
    minBond: isOptimistic ? random.pick(BONDS) : 0n,
    operatorId: pinned?.id ?? 0n,
  });
  const level = isOptimistic ? OPTIMISTIC : ZK;
  const { releaseId } = world;
  const input = random.bytes(INPUT_LENGTH);
  world.send({
    from: own?.gang?.requester ?? random.pick(people.requesters),
    to: world.coordinator,
    data: requestCall({ releaseId, level, input, terms }),
    // Some pay with the request instead of in advance.
    value: random.chance(0.2) ? 10n ** 16n : 0n,
  });
}

/** Neutral ones and those of gangs. */
function requestersOf(people: People): readonly Hex[] {
  const ofGangs = people.operators.flatMap(({ gang }) => (gang ? [gang.requester] : []));
  return [...people.requesters, ...ofGangs];
}

function isGang({ strategy }: Operator): boolean {
  return strategy === "colluding";
}

function isAbsent({ strategy }: Operator): boolean {
  return strategy === "offline";
}
