import { readAccount } from "../../../scripts/account/accountRecord.ts";
import { CliError } from "../failure.ts";
import { formatAmount } from "./amounts.ts";
import type { OpenAccount } from "./options.ts";

/**
 * Coins to send along so that the account's balance covers a cost.
 * @param what for the message: "the quote"
 * @throws CliError where the asset is a token, which cannot be sent along
 */
export async function missingCoins(
  { deployment, account, units }: OpenAccount,
  { cost, what }: { readonly cost: bigint; readonly what: string },
): Promise<bigint> {
  const { balance } = await readAccount(deployment, account);
  if (balance >= cost) return 0n;
  if (deployment.asset.kind === "coin") return cost - balance;
  const sentence = `The balance is ${formatAmount(balance, units)}, less than ${what}.`;
  throw new CliError(sentence, `assay account deposit ${formatAmount(cost - balance, units)}`);
}
