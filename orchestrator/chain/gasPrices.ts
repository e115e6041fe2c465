import { z } from "zod";

import { OrchestratorError } from "../domain/errors.ts";
import type { GasPrices } from "../domain/transaction.ts";
import type { RpcPool } from "./rpcPool.ts";
import { rpcBigint, rpcHeader } from "./rpcSchemas.ts";

/** Blocks whose tips are looked at where the endpoint suggests none itself. */
const HISTORY_BLOCKS = 20;
/** Of each block the tip that this percentage of its gas paid less than. */
const PERCENTILE = 40;

const history = z.object({ reward: z.array(z.array(rpcBigint)).nullish() });

/** What gas costs now: the newest base fee, and the tip the endpoint suggests or recent blocks took. */
export async function rpcGasPrices(pool: Pick<RpcPool, "call">): Promise<GasPrices> {
  const params = ["latest", false];
  const block = rpcHeader.parse(await pool.call({ method: "eth_getBlockByNumber", params }));
  const tip = (await suggestedTip(pool)) ?? (await usualTip(pool));
  return { baseFee: block.baseFeePerGas, tip };
}

async function suggestedTip(pool: Pick<RpcPool, "call">): Promise<bigint | null> {
  return unlessRefused(async () =>
    rpcBigint.parse(await pool.call({ method: "eth_maxPriorityFeePerGas", params: [] })),
  );
}

/** The median over recent blocks; blocks without transactions say nothing. */
async function usualTip(pool: Pick<RpcPool, "call">): Promise<bigint | null> {
  return unlessRefused(async () => {
    const params = [`0x${HISTORY_BLOCKS.toString(16)}`, "latest", [PERCENTILE]];
    const { reward } = history.parse(await pool.call({ method: "eth_feeHistory", params }));
    const tips = (reward ?? []).flatMap(([tip]) => (tip === undefined || tip === 0n ? [] : [tip]));
    tips.sort((a, b) => (a < b ? -1 : Number(a > b)));
    return tips[Math.floor(tips.length / 2)] ?? null;
  });
}

async function unlessRefused(ask: () => Promise<bigint | null>): Promise<bigint | null> {
  try {
    return await ask();
  } catch (error) {
    // Not every endpoint has every method; a settlement does not wait for that.
    if (error instanceof OrchestratorError && error.code === "RpcRefused") return null;
    throw error;
  }
}
