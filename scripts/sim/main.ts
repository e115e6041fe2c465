// npm run sim:market -- [--json]: the market on the real contracts, and where lying would pay.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";

import { claimProver } from "../../circuits/claim/claimProver.ts";
import { writePlots } from "./plots.ts";
import { breakEvenInRules, detailsOf, roundText, summaryOf } from "./report.ts";
import { runMarket, type Round } from "./runMarket.ts";
import { runSweep } from "./runSweep.ts";
import { STRATEGIES } from "./strategies.ts";

const USAGE =
  "Usage: npm run sim:market -- [--requests 10000] [--operators 50] [--seed 1] [--out build/sim] [--json]";

const settingsSchema = z.object({
  requests: z.coerce.number().int().min(100),
  operators: z.coerce.number().int().min(STRATEGIES.length).max(500),
  seed: z.coerce.number().int(),
  out: z.string().min(1),
  json: z.boolean(),
});

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      requests: { type: "string", default: "10000" },
      operators: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      out: { type: "string", default: "build/sim" },
      json: { type: "boolean", default: false },
    },
  });
  const { out, json, ...given } = settingsSchema.parse(values);
  const settings = {
    ...given,
    // A proof takes a tenth of a second, and as many again that have zero bytes.
    realProofs: Math.max(3, Math.ceil(given.requests / 500)),
    liesPerCell: Math.min(20, Math.max(4, Math.floor(given.requests / 500))),
  };
  const started = Date.now();
  const prover = await claimProver("sixWords");
  const onRound = (round: Round): void => console.error(roundText(round));
  const market = await runMarket(settings, { prover, onRound });
  const sweep = await runSweep(settings, prover);
  const summary = summaryOf(settings, market, sweep);
  await mkdir(out, { recursive: true });
  await writePlots(out, market, sweep.cells);
  await writeFile(join(out, "details.json"), detailsOf(market, sweep));

  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.error(
    `Break-even by the rules alone: ${breakEvenInRules()}. ${seconds} s; plots: ${out}`,
  );
  if (json) console.log(JSON.stringify(summary));
  if (summary.terminal !== summary.requests || sweep.terminal !== sweep.requests)
    throw new Error(`Of ${summary.requests} requests, ${summary.terminal} ended`);
  if (summary.solvencyErrorWei !== "0")
    throw new Error(`The contracts are ${summary.solvencyErrorWei} wei away from their ledger`);
}

try {
  await run();
} catch (error) {
  console.error(error instanceof z.ZodError ? `${z.prettifyError(error)}\n${USAGE}` : error);
  process.exitCode = 1;
}
