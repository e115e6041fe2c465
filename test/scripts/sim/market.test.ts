import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { claimProver } from "../../../circuits/claim/claimProver.ts";
import { breakEvenInTheory, SCHEMES } from "../../../scripts/sim/breakEven.ts";
import { ANSWER_PRICE, ECONOMY } from "../../../scripts/sim/economy.ts";
import { measuredBreakEven, writePlots } from "../../../scripts/sim/plots.ts";
import { summaryOf } from "../../../scripts/sim/report.ts";
import { runMarket } from "../../../scripts/sim/runMarket.ts";
import { runSweep } from "../../../scripts/sim/runSweep.ts";

describe("the simulated market", () => {
  const settings = { requests: 300, operators: 20, seed: 7, realProofs: 2, liesPerCell: 2 };
  const proving = claimProver("sixWords");
  const market = proving.then((prover) => runMarket(settings, { prover }));
  const sweep = proving.then((prover) => runSweep(settings, prover));

  it("ends all of 300 requests, in each of the four ways, solvent to the wei", async () => {
    const { ends, solvencyError, realProofs } = await market;
    assert.deepEqual(
      new Set(ends.keys()),
      new Set(["Finalized", "Overturned", "Expired", "Failed"]),
    );
    assert.equal(
      [...ends.values()].reduce((sum, count) => sum + count, 0),
      300,
    );
    assert.equal(solvencyError, 0n);
    assert.equal(realProofs, 2);
  });

  it("pays the honest, and costs those who lie whoever watches", async () => {
    const { profits, rounds } = await market;
    assert.ok(profits.honest > 0n, String(profits.honest));
    assert.ok(profits.offline < 0n, String(profits.offline));
    const last = rounds.at(-1);
    assert.equal(last?.watchShare, 1);
    assert.ok((last?.wrongAnswers ?? 0) > 0);
    assert.equal(last?.wrongFinal, 0);
    for (const strategy of ["lazy", "lying", "colluding"] as const)
      assert.ok((last?.profits[strategy] ?? 0n) < 0n, strategy);
  });

  it("measures the break-even that the rules predict, but for gas", async () => {
    const { cells } = await sweep;
    const [bond, price] = [ECONOMY.answerBond, Number(ANSWER_PRICE)];
    for (const gain of [ECONOMY.gain, 4n * ECONOMY.gain]) {
      const stakes = { bond: Number(bond), price, gain: Number(gain) };
      const measured = measuredBreakEven(cells, { scheme: "alone", bond, gain });
      const predicted = breakEvenInTheory("alone", stakes);
      assert.ok(Math.abs(measured - predicted) < 0.01, `${measured}, not ${predicted}`);
      for (const scheme of SCHEMES) {
        const share = measuredBreakEven(cells, { scheme, bond, gain });
        assert.ok(share <= breakEvenInTheory(scheme, stakes) + 0.01, `${scheme}: ${share}`);
      }
    }
  });

  it("lets nobody earn by overturning himself: alone it costs four fifths, as a gang half", async () => {
    const { cells, solvencyError, requests, terminal } = await sweep;
    for (const { scheme, profit, bond, answers } of cells) {
      const lost = -Number(profit) / answers / Number(bond);
      if (scheme === "self") assert.ok(lost > 0.8 && lost < 0.95, String(lost));
      if (scheme === "selfGang") assert.ok(lost > 0.5 && lost < 0.7, String(lost));
    }
    assert.equal(solvencyError, 0n);
    assert.equal(terminal, requests);
  });

  it("sums up in one line and draws what it found", async () => {
    const [found, swept] = [await market, await sweep];
    const summary = summaryOf(settings, found, swept);
    assert.deepEqual(Object.keys(summary), [
      "requests",
      "terminal",
      "liarProfitWei",
      "honestProfitWei",
      "solvencyErrorWei",
      "breakEvenWatchProbability",
      "inputs",
    ]);
    assert.equal(summary.terminal, 300);
    assert.equal(summary.solvencyErrorWei, "0");
    const folder = await mkdtemp(join(tmpdir(), "assay-sim-"));
    try {
      await writePlots(folder, found, swept.cells);
      const names = await readdir(folder);
      assert.equal(names.length, 5);
      for (const name of names) {
        const plot = await readFile(join(folder, name), "utf8");
        assert.match(plot, /^<svg [^]*<\/svg>\n$/);
        assert.doesNotMatch(plot, /NaN|undefined|Infinity/);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("says the same again for the same seed", async () => {
    const small = { requests: 100, operators: 5, seed: 3, realProofs: 2 };
    const prover = await proving;
    const first = await runMarket(small, { prover });
    assert.deepEqual(await runMarket(small, { prover }), first);
  });
});
