import { breakEvenInTheory } from "./breakEven.ts";
import { ANSWER_PRICE, ECONOMY } from "./economy.ts";
import { measuredBreakEven } from "./plots.ts";
import { WATCH_SHARES, type MarketResult, type MarketSettings, type Round } from "./runMarket.ts";
import type { SweepResult } from "./runSweep.ts";
import { SWEEP } from "./sweepCells.ts";
import { STRATEGIES } from "./strategies.ts";

/** What the simulation says in one line of JSON. Amounts are decimal strings. */
export interface Summary {
  readonly requests: number;
  /** Those of them that the contract says have ended. */
  readonly terminal: number;
  readonly liarProfitWei: string;
  readonly honestProfitWei: string;
  /** Of both chains, the market's and the sweep's. */
  readonly solvencyErrorWei: string;
  /** Below this share a lie of a lone operator pays, at the bond, price and gain of `inputs`. */
  readonly breakEvenWatchProbability: number;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export function summaryOf(
  settings: MarketSettings & { readonly liesPerCell: number },
  market: MarketResult,
  sweep: SweepResult,
): Summary {
  const lie = { scheme: "alone", bond: ECONOMY.answerBond, gain: ECONOMY.gain } as const;
  return {
    requests: settings.requests,
    terminal: [...market.ends.values()].reduce((sum, count) => sum + count, 0),
    liarProfitWei: market.profits.lying.toString(),
    honestProfitWei: market.profits.honest.toString(),
    solvencyErrorWei: (market.solvencyError + sweep.solvencyError).toString(),
    breakEvenWatchProbability: rounded(measuredBreakEven(sweep.cells, lie)),
    inputs: {
      seed: settings.seed,
      operators: market.counts,
      realProofs: market.realProofs,
      otherEvidence: "stand-in of the same gas, checked by ScriptedVerifier",
      watchShares: WATCH_SHARES,
      baseFeesWei: market.rounds.map(({ baseFee }) => baseFee.toString()),
      bondWei: ECONOMY.answerBond.toString(),
      priceWei: ANSWER_PRICE.toString(),
      gainWei: ECONOMY.gain.toString(),
      computeCostWei: ECONOMY.computeCost.toString(),
      proofCostWei: ECONOMY.proofCost.toString(),
      sweep: {
        requests: sweep.requests,
        liesPerCell: settings.liesPerCell,
        baseFeeWei: "1000000000",
        bondsWei: SWEEP.bonds.map(String),
        gainsWei: SWEEP.gains.map(String),
        watchShares: SWEEP.watchShares,
      },
    },
  };
}

/** Break-even of the summary's lie by the rules alone, without gas. */
export function breakEvenInRules(): number {
  return rounded(
    breakEvenInTheory("alone", {
      bond: Number(ECONOMY.answerBond),
      price: Number(ANSWER_PRICE),
      gain: Number(ECONOMY.gain),
    }),
  );
}

/** A round as a person reads it. */
export function roundText(round: Round): string {
  const profits = STRATEGIES.map(
    (strategy) => `${strategy} ${inEther(round.profits[strategy])}`,
  ).join(", ");
  const share = `${round.watchShare * 100}% watched`;
  return `${share}: ${round.wrongAnswers} wrong, ${round.wrongFinal} of them final; profits: ${profits}`;
}

/** Everything measured, amounts as strings. */
export function detailsOf(market: MarketResult, sweep: SweepResult): string {
  const details = { market: { ...market, ends: Object.fromEntries(market.ends) }, sweep };
  const write = (_key: string, value: unknown): unknown =>
    typeof value === "bigint" ? value.toString() : value;
  return `${JSON.stringify(details, write, 2)}\n`;
}

function inEther(wei: bigint): string {
  return (Number(wei) / 1e18).toFixed(3);
}

function rounded(share: number): number {
  return Number(share.toFixed(4));
}
