import type { ClaimProver } from "../../circuits/claim/claimProver.ts";
import { answerAssigned, answerLate } from "./answers.ts";
import { ask, deposit } from "./asking.ts";
import { allCoins, audit, endsOf } from "./audit.ts";
import { INITIAL_BALANCE } from "./chain.ts";
import { dispute } from "./disputes.ts";
import { ECONOMY } from "./economy.ts";
import { endAll, failAll, payGains } from "./endings.ts";
import { Bills, type Market } from "./market.ts";
import { enrol, moveMarket, priceFactorOf } from "./operatorLife.ts";
import { accountsNeeded, peopleOf, pursesOf, type Operator, type People } from "./people.ts";
import { randomFrom } from "./random.ts";
import type { Status } from "./requestBook.ts";
import { STRATEGIES, type Strategy } from "./strategies.ts";
import { cashOut, wealthOf } from "./wealth.ts";
import { World } from "./world.ts";

/** Share of optimistic answers that somebody re-executes, round by round. */
export const WATCH_SHARES = [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1] as const;
/** Base fee of each round in wei per gas; once above what requests reimburse. */
const BASE_FEES = [10, 7, 15, 24, 60, 18, 9, 30, 12, 20].map(
  (tenths) => BigInt(tenths) * 10n ** 8n,
);
/** Of all requests, those the judge is revoked under, at the end. */
const FAILED_PART = 100;

export interface MarketSettings {
  readonly requests: number;
  readonly operators: number;
  readonly seed: number;
  /** Pieces of evidence that are proofs of a real circuit. */
  readonly realProofs: number;
}

/** What a run needs beside its settings. */
export interface Surroundings {
  readonly prover: ClaimProver;
  readonly onRound?: (round: Round) => void;
}

/** Profits of one round in wei, by strategy, and how many answers were wrong. */
export interface Round {
  readonly watchShare: number;
  readonly baseFee: bigint;
  readonly requests: number;
  readonly wrongAnswers: number;
  readonly wrongFinal: number;
  readonly profits: Readonly<Record<Strategy, bigint>>;
}

export interface MarketResult {
  readonly ends: ReadonlyMap<Status, number>;
  readonly rounds: readonly Round[];
  /** Coins at the end less coins at the start, in wei, all gas paid and all bonds back. */
  readonly profits: Readonly<Record<Strategy, bigint>>;
  readonly counts: Readonly<Record<Strategy, number>>;
  readonly solvencyError: bigint;
  readonly realProofs: number;
  readonly transactions: number;
  readonly reverted: number;
}

/** Runs the market from an empty deployment until everybody has taken out what is his. */
export async function runMarket(
  settings: MarketSettings,
  { prover, onRound = () => {} }: Surroundings,
): Promise<MarketResult> {
  const world = await World.start({
    accounts: accountsNeeded(settings.operators),
    prover,
    realProofs: settings.realProofs,
    every: Math.max(1, Math.floor(settings.requests / (2 * Math.max(1, settings.realProofs)))),
  });
  try {
    const people = peopleOf(world.chain.accounts, settings.operators);
    const random = randomFrom(settings.seed, "market");
    const market: Market = { world, people, random, bills: new Bills() };
    const initial = await allCoins(world);
    const start = { market, initial, ids: people.operators.map(({ id }) => id) };
    await enrol(world, people.operators, {
      priceFactor: () => priceFactorOf(random),
      bondOf: () => ECONOMY.operatorBond,
    });
    deposit(market);
    await world.step();
    return await runRounds(start, settings, onRound);
  } finally {
    await world.chain.stop();
  }
}

interface Start {
  readonly market: Market;
  readonly initial: bigint;
  readonly ids: readonly bigint[];
}

async function runRounds(
  { market, initial, ids }: Start,
  settings: MarketSettings,
  onRound: (round: Round) => void,
): Promise<MarketResult> {
  const { world, people } = market;
  const failing = Math.ceil(settings.requests / FAILED_PART);
  let left = settings.requests - failing;
  let error = 0n;
  const rounds: Round[] = [];
  for (const [index, watchShare] of WATCH_SHARES.entries()) {
    const requests = Math.floor(left / (WATCH_SHARES.length - index));
    left -= requests;
    world.chain.setBaseFee(BASE_FEES[index] ?? 10n ** 9n);
    const round = await runRound(market, requests, watchShare);
    error += await audit(world, ids, initial);
    rounds.push(round);
    onRound(round);
  }
  const last = await ask(market, failing);
  await answerAssigned(market, last);
  await failAll(market, last);
  error += await audit(world, ids, initial);
  await cashOut(world, people.operators);
  error += await audit(world, ids, initial);
  const counts = countsOf(people);
  return {
    ends: await endsOf(world),
    rounds,
    profits: await byStrategy(async (strategy) => {
      let coins = 0n;
      for (const account of people.operators.filter(isOf(strategy)).flatMap(pursesOf))
        coins += (await world.chain.balanceOf(account)) - INITIAL_BALANCE;
      return coins;
    }),
    counts,
    solvencyError: error,
    realProofs: world.evidence.realProofs,
    transactions: world.counts.sent,
    reverted: world.counts.reverted,
  };
}

async function runRound(market: Market, requests: number, watchShare: number): Promise<Round> {
  const { world, people, random } = market;
  const before = await wealthByStrategy(market);
  await moveMarket(world, people.operators, random);
  const asked = await ask(market, requests);
  await answerAssigned(market, asked);
  await answerLate(market, asked);
  await dispute(market, asked, watchShare);
  await endAll(market, asked);
  payGains(market, asked, ECONOMY.gain);
  market.bills.pay(world, people.power);
  await world.step();

  const after = await wealthByStrategy(market);
  const wrong = world.book.disputable(asked).filter(({ answer }) => !answer.isRight);
  return {
    watchShare,
    baseFee: world.chain.baseFee,
    requests: asked.length,
    wrongAnswers: wrong.length,
    wrongFinal: wrong.filter(({ status }) => status === "Finalized").length,
    profits: await byStrategy(async (strategy) => after[strategy] - before[strategy]),
  };
}

function isOf(strategy: Strategy): (operator: Operator) => boolean {
  return (operator) => operator.strategy === strategy;
}

async function wealthByStrategy({
  world,
  people,
}: Market): Promise<Readonly<Record<Strategy, bigint>>> {
  return byStrategy(async (strategy) => {
    const operators = people.operators.filter(isOf(strategy));
    return wealthOf(world, operators.flatMap(pursesOf), operators);
  });
}

async function byStrategy<Value>(
  valueOf: (strategy: Strategy) => Promise<Value>,
): Promise<Readonly<Record<Strategy, Value>>> {
  const entries: [Strategy, Value][] = [];
  for (const strategy of STRATEGIES) entries.push([strategy, await valueOf(strategy)]);
  return Object.fromEntries(entries) as Record<Strategy, Value>;
}

function countsOf(people: People): Readonly<Record<Strategy, number>> {
  const entries = STRATEGIES.map((strategy) => [
    strategy,
    people.operators.filter(isOf(strategy)).length,
  ]);
  return Object.fromEntries(entries) as Record<Strategy, number>;
}
