import { approveAsset } from "../../../scripts/account/asset.ts";
import { readOperator } from "../../../scripts/account/operatorRecord.ts";
import { fieldsOf, transact } from "../../../scripts/account/transact.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { formatAmount, parseAmount } from "../chain/amounts.ts";
import { formatTime } from "../chain/formatTime.ts";
import type { OpenAccount } from "../chain/options.ts";
import { sayMined } from "../chain/say.ts";
import { CliError } from "../failure.ts";
import type { OpenOperator } from "./options.ts";

/** The key's account becomes an operator. */
export async function register({ deployment, account }: OpenAccount): Promise<void> {
  const mined = await transact(deployment.operatorRegistry, {
    method: "registerOperator",
    values: [],
  });
  const operatorId = String(fieldsOf(mined, "OperatorRegistered")["operatorId"]);
  sayMined(`operator ${operatorId} registered, owned by ${account}`, mined);
}

/** Adds to a bond; anyone may. */
export async function addBond(operator: OpenOperator, text: string): Promise<void> {
  const { deployment, account, operatorId, units } = operator;
  const amount = parseAmount(text, units);
  const { operatorRegistry, asset } = deployment;
  const approvals = await approveAsset(asset, {
    owner: account,
    spender: operatorRegistry,
    amount,
  });
  for (const approval of approvals) sayMined("allowance for the registry set", approval);
  const value = asset.kind === "coin" ? amount : 0n;
  const mined = await transact(operatorRegistry, {
    method: "addBond",
    values: [operatorId, amount],
    value,
  });
  const added = BigInt(String(fieldsOf(mined, "BondAdded")["amount"]));
  sayMined(`${formatAmount(added, units)} added to the bond of operator ${operatorId}`, mined);
}

/** Starts taking bond out. */
export async function unbond(operator: OpenOperator, text: string): Promise<void> {
  const { deployment, operatorId, units } = operator;
  const amount = parseAmount(text, units);
  const mined = await transact(deployment.operatorRegistry, {
    method: "startUnbonding",
    values: [operatorId, amount],
  });
  const until = BigInt(String(fieldsOf(mined, "UnbondingStarted")["withdrawableAt"]));
  const effect = `${formatAmount(amount, units)} is unbonding; from ${formatTime(until)} take it with assay operator withdraw bond`;
  sayMined(effect, mined);
}

/** Takes out all bond that has finished unbonding; the own account gets it unless another is named. */
export async function withdrawBond(operator: OpenOperator, to: Hex | null): Promise<void> {
  const { deployment, account, operatorId, units } = operator;
  const mined = await transact(deployment.operatorRegistry, {
    method: "withdrawBond",
    values: [operatorId, to ?? account],
  });
  const amount = BigInt(String(fieldsOf(mined, "BondWithdrawn")["amount"]));
  sayMined(`${formatAmount(amount, units)} of bond sent to ${to ?? account}`, mined);
}

/**
 * Takes earnings out: all unless an amount is given; to the owner, or with a sender's key to the payout
 * address, unless another account is named.
 */
export async function withdrawEarnings(
  operator: OpenOperator,
  given: { readonly amount?: string; readonly to: Hex | null },
): Promise<void> {
  const { deployment, account, operatorId, units } = operator;
  const record = await readOperator(deployment, operatorId);
  const amount = given.amount === undefined ? record.earnings : parseAmount(given.amount, units);
  if (amount === 0n) {
    const next = "They grow when its answers settle; assay operator earnings shows them.";
    throw new CliError(`Operator ${operatorId} has no earnings to withdraw.`, next);
  }
  const to = given.to ?? (record.owner === account ? account : record.payout);
  if (to === null) {
    const next = "The owner sets one: assay operator payout ADDRESS.";
    throw new CliError("A sender's key withdraws to the payout address, and none is set.", next);
  }
  const mined = await transact(deployment.coordinator, {
    method: "withdrawEarnings",
    values: [operatorId, to, amount],
  });
  sayMined(`${formatAmount(amount, units)} of earnings sent to ${to}`, mined);
}
