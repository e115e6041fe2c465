import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { breakEvenOf, SCHEMES, type Scheme } from "./breakEven.ts";
import { ECONOMY } from "./economy.ts";
import { heatMap } from "./heatMap.ts";
import { lineChart } from "./lineChart.ts";
import type { MarketResult } from "./runMarket.ts";
import type { CellResult } from "./runSweep.ts";
import { SWEEP } from "./sweepCells.ts";
import { STRATEGIES } from "./strategies.ts";

const TITLES: Readonly<Record<Scheme, string>> = {
  alone: "Alone: gain once the answer is final",
  gang: "Liar, challenger and requester are one",
  early: "Alone: gain at once, from a consumer who does not wait",
};

/** Writes all plots into a folder, made if need be. */
export async function writePlots(
  folder: string,
  market: MarketResult,
  cells: readonly CellResult[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const scheme of SCHEMES)
    await writeFile(join(folder, `lying-${scheme}.svg`), lyingPlot(scheme, cells));
  await writeFile(join(folder, "break-even.svg"), breakEvenPlot(cells));
  await writeFile(join(folder, "market.svg"), marketPlot(market));
}

/** Where lies of one kind stop to pay, by measurement: see `breakEvenOf`. */
export function measuredBreakEven(
  cells: readonly CellResult[],
  lie: { readonly scheme: Scheme; readonly bond: bigint; readonly gain: bigint },
): number {
  const points = cells
    .filter(
      ({ scheme, bond, gain }) => scheme === lie.scheme && bond === lie.bond && gain === lie.gain,
    )
    .map(({ watched, answers, profit }) => ({
      watched: watched / answers,
      profit: Number(profit) / answers / Number(lie.bond),
    }));
  return breakEvenOf(points);
}

function lyingPlot(scheme: Scheme, cells: readonly CellResult[]): string {
  const bond = ECONOMY.answerBond;
  return lineChart({
    title: `${TITLES[scheme]}; least bond`,
    xLabel: "share of the answers that was watched",
    yLabel: "profit of a lie, in bonds",
    aboveZero: "lying pays",
    series: SWEEP.gains.map((gain) => ({
      name: `gain ${shareOfBond(gain)} bonds`,
      points: cells
        .filter((cell) => cell.scheme === scheme && cell.bond === bond && cell.gain === gain)
        .map(
          ({ watched, answers, profit }) =>
            [watched / answers, Number(profit) / answers / Number(bond)] as const,
        )
        .toSorted(([a], [b]) => a - b),
    })),
  });
}

function breakEvenPlot(cells: readonly CellResult[]): string {
  return heatMap({
    title: "Share that must be watched, or lying pays",
    rowLabel: "bond",
    rows: SWEEP.bonds.map((bond) => shareOfBond(bond)),
    columnLabel: "gain, in least bonds",
    columns: SWEEP.gains.map((gain) => shareOfBond(gain)),
    panels: SCHEMES.map((scheme) => ({
      title: TITLES[scheme],
      values: SWEEP.bonds.map((bond) =>
        SWEEP.gains.map((gain) => measuredBreakEven(cells, { scheme, bond, gain })),
      ),
    })),
  });
}

function marketPlot({ rounds, counts }: MarketResult): string {
  return lineChart({
    title: "Profit of an operator in a round of the market",
    xLabel: "share of the answers that is watched",
    yLabel: "profit of the round per operator, in least bonds",
    aboveZero: "profit",
    series: STRATEGIES.map((strategy) => ({
      name: strategy,
      points: rounds.map(({ watchShare, profits }) => {
        const each = Number(profits[strategy]) / counts[strategy];
        return [watchShare, each / Number(ECONOMY.answerBond)] as const;
      }),
    })),
  });
}

function shareOfBond(amount: bigint): string {
  return String(Number((amount * 100n) / ECONOMY.answerBond) / 100);
}
