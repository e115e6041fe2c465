import type { ClaimProver } from "../../circuits/claim/claimProver.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { verificationNumber } from "../../sdk/protocol/verification.ts";
import { termsOf } from "../../sdk/protocol/terms.ts";
import { allCoins, audit, endsOf } from "./audit.ts";
import { fulfillCall, requestCall } from "./calldata.ts";
import { commit, overturn } from "./disputes.ts";
import { ECONOMY, LIFETIME_SECONDS } from "./economy.ts";
import { finalizeOwn } from "./endings.ts";
import { INPUT_LENGTH, wrongOutput } from "./evidence.ts";
import { Bills, billRun } from "./market.ts";
import { enrol } from "./operatorLife.ts";
import { randomFrom, type Random } from "./random.ts";
import type { Disputable, Tracked } from "./requestBook.ts";
import {
  ACCOUNTS_PER_CELL,
  cellsOf,
  SHARED_ACCOUNTS,
  trialsOf,
  type Cell,
  type Trial,
} from "./sweepCells.ts";
import { wealthOf } from "./wealth.ts";
import { World } from "./world.ts";

/** What came of it, in balances. */
export interface CellResult extends Cell {
  readonly answers: number;
  readonly watched: number;
  /** Of all answers together, in wei, gas paid. */
  readonly profit: bigint;
}

export interface SweepSettings {
  readonly liesPerCell: number;
  readonly seed: number;
}

export interface SweepResult {
  readonly cells: readonly CellResult[];
  readonly requests: number;
  readonly terminal: number;
  readonly solvencyError: bigint;
}

interface Sweep {
  readonly world: World;
  readonly trials: readonly Trial[];
  readonly byId: ReadonlyMap<bigint, Trial>;
  readonly bills: Bills;
  readonly random: Random;
  readonly power: Hex;
  readonly prey: Hex;
  readonly watcher: Hex;
}

const OPTIMISTIC = verificationNumber("Optimistic");
const FIRST_TIP = 10n ** 9n;

/** Tries each combination with so many lies, one operator for each, all on one chain. */
export async function runSweep(settings: SweepSettings, prover: ClaimProver): Promise<SweepResult> {
  const cells = cellsOf();
  const accounts = SHARED_ACCOUNTS + ACCOUNTS_PER_CELL * cells.length;
  const world = await World.start({ accounts, prover, realProofs: 0, every: 1 });
  try {
    const sweep = sweepOf(world, cells, randomFrom(settings.seed, "sweep"));
    const initial = await allCoins(world);
    await prepare(sweep, settings.liesPerCell);
    const before = await wealths(sweep);
    const watched = await lie(sweep, settings.liesPerCell);
    const after = await wealths(sweep);
    const ends = await endsOf(world);
    const ids = sweep.trials.map(({ id }) => id);
    return {
      cells: sweep.trials.map(({ scheme, bond, gain, watchShare, id }) => ({
        scheme,
        bond,
        gain,
        watchShare,
        answers: settings.liesPerCell,
        watched: watched.get(id) ?? 0,
        profit: (after.get(id) ?? 0n) - (before.get(id) ?? 0n),
      })),
      requests: world.book.all.length,
      terminal: [...ends.values()].reduce((sum, count) => sum + count, 0),
      solvencyError: await audit(world, ids, initial),
    };
  } finally {
    await world.chain.stop();
  }
}

function sweepOf(world: World, cells: readonly Cell[], random: Random): Sweep {
  const { accounts } = world.chain;
  const trials = trialsOf(cells, accounts);
  const byId = new Map(trials.map((trial) => [trial.id, trial]));
  const [power, prey, watcher] = accounts.slice(3, SHARED_ACCOUNTS);
  if (!power || !prey || !watcher) throw new RangeError("The chain has too few accounts");
  return { world, trials, byId, bills: new Bills(), random, power, prey, watcher };
}

async function prepare({ world, trials }: Sweep, lies: number): Promise<void> {
  await enrol(world, trials, {
    priceFactor: () => 1,
    bondOf: (trial) => ECONOMY.operatorBond + BigInt(lies) * trial.bond,
  });
  const deposit = 10n ** 19n;
  for (const { requester } of trials) {
    world.ask(requester, "deposit", [requester, deposit], deposit);
  }
  await world.step();
}

/** @returns How many answers of each operator were watched. */
async function lie(sweep: Sweep, lies: number): Promise<ReadonlyMap<bigint, number>> {
  const { world, byId } = sweep;
  for (const trial of sweep.trials) for (let i = 0; i < lies; i++) ask(sweep, trial);
  await world.step();
  for (const request of world.book.all) answer(sweep, request);
  await world.step();
  const answers = world.book.disputable(world.book.all, "Answered");
  payGains(sweep, answers, (scheme) => scheme === "early");
  const watched = await watch(sweep, answers);

  const left = world.book.disputable(answers, "Answered");
  world.chain.waitUntil(Math.max(0, ...left.map((request) => request.answer.windowEnd)));
  for (const [id, own] of Map.groupBy(left, (request) => request.answer.payee)) {
    const trial = byId.get(id);
    if (trial !== undefined) finalizeOwn(sweep, own, trial.account);
  }
  await world.step();
  const final = world.book.disputable(answers, "Finalized");
  payGains(sweep, final, (scheme) => scheme !== "early");
  sweep.bills.pay(world, sweep.power);
  await world.step();
  return watched;
}

function ask({ world, random }: Sweep, trial: Trial): void {
  const terms = termsOf({
    maxFee: 10n ** 18n,
    maxGasPrice: ECONOMY.maxGasPrice,
    deadline: BigInt(world.chain.now) + LIFETIME_SECONDS,
    minBond: trial.bond,
    operatorId: trial.id,
  });
  const input = random.bytes(INPUT_LENGTH);
  const data = requestCall({ releaseId: world.releaseId, level: OPTIMISTIC, input, terms });
  world.send({ from: trial.requester, to: world.coordinator, data });
}

function answer({ world, byId }: Sweep, request: Tracked): void {
  const trial = byId.get(request.operatorId);
  if (trial === undefined) return;
  const content = { payee: trial.id, input: "0x", evidence: "0x" } as const;
  const data = fulfillCall(request, { ...content, output: wrongOutput(request.input) });
  world.send({ from: trial.account, to: world.coordinator, data });
}

/** Who is watched is overturned; a gang does it itself, first in the same block. */
async function watch(
  sweep: Sweep,
  answers: readonly Disputable[],
): Promise<ReadonlyMap<bigint, number>> {
  const { world, random, watcher } = sweep;
  const watched = new Map<bigint, number>();
  const isWatched = new Set<Hex>();
  for (const request of answers) {
    const { id, scheme, challenger, watchShare } = trialOf(sweep, request);
    if (scheme !== "alone" && scheme !== "early") commit(sweep, request, challenger);
    if (!random.chance(watchShare)) continue;
    billRun(sweep, watcher);
    isWatched.add(request.id);
    watched.set(id, (watched.get(id) ?? 0) + 1);
    commit(sweep, request, watcher);
  }
  await world.step();
  for (const request of answers) {
    const { scheme, challenger } = trialOf(sweep, request);
    const isSelf = scheme === "self" || scheme === "selfGang";
    if (isSelf || (scheme === "gang" && isWatched.has(request.id)))
      await overturn(sweep, request, challenger, FIRST_TIP);
    if (isWatched.has(request.id)) await overturn(sweep, request, watcher, 0n);
  }
  await world.step();
  return watched;
}

function payGains(
  sweep: Sweep,
  answers: readonly Disputable[],
  isDue: (scheme: Cell["scheme"]) => boolean,
): void {
  for (const request of answers) {
    const { account, gain, scheme } = trialOf(sweep, request);
    if (gain === 0n || !isDue(scheme)) continue;
    sweep.world.send({ from: sweep.prey, to: account, value: gain });
  }
}

async function wealths({ world, trials }: Sweep): Promise<ReadonlyMap<bigint, bigint>> {
  const found = new Map<bigint, bigint>();
  for (const trial of trials) found.set(trial.id, await wealthOf(world, trial.purses, [trial]));
  return found;
}

function trialOf({ byId }: Sweep, request: Tracked): Trial {
  const trial = byId.get(request.operatorId);
  if (trial === undefined) throw new Error(`Request ${request.id} is nobody's`);
  return trial;
}
