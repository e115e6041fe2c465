import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { overturnCommitment } from "../../sdk/protocol/overturn.ts";
import { AccountError } from "../account/accountError.ts";
import type { Deployment } from "../account/deployment.ts";
import { transact, type MinedTransaction } from "../account/transact.ts";

const POLL_MS = 200;
const BLOCK_WITHIN_MS = 600_000;

/** A commitment to an overturn, on the chain. */
export interface Committed {
  readonly salt: Hex;
  readonly mined: MinedTransaction;
}

/**
 * Commits to an overturn by the key's account, under a salt that nobody else knows.
 * @param overturn.output The right one.
 * @throws ContractRefusal; AccountError as `transact`
 */
export async function commitOverturn(
  { coordinator }: Deployment,
  overturn: { readonly requestId: Hex; readonly output: Hex; readonly challenger: Hex },
): Promise<Committed> {
  const { requestId, challenger } = overturn;
  const output = Buffer.from(overturn.output.slice(2), "hex");
  const salt: Hex = `0x${randomBytes(32).toString("hex")}`;
  const commitment = overturnCommitment({ requestId, output, challenger, salt });
  const mined = await transact(coordinator, { method: "commitOverturn", values: [commitment] });
  return { salt, mined };
}

/**
 * Waits until there is a block after the one of a commitment: only then does it count.
 * @throws AccountError ChainUnavailable if no block comes within ten minutes
 */
export async function untilCounted({ provider }: Deployment, { mined }: Committed): Promise<void> {
  const patience = Date.now() + BLOCK_WITHIN_MS;
  while (Date.now() < patience) {
    if ((await provider.getBlockNumber()) > mined.blockNumber) return;
    await delay(POLL_MS);
  }
  const message = `No block came after block ${mined.blockNumber}; check the chain, then run it again.`;
  throw new AccountError("ChainUnavailable", message);
}
