import {
  askRequest,
  quote,
  type Question,
  type Quote,
} from "../../../scripts/account/askRequest.ts";
import { fieldsOf } from "../../../scripts/account/transact.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { formatAmount, type Units } from "../chain/amounts.ts";
import { formatTime } from "../chain/formatTime.ts";
import type { OpenAccount } from "../chain/options.ts";
import { missingCoins } from "../chain/payment.ts";
import { sayMined, sayTable } from "../chain/say.ts";
import { CliError } from "../failure.ts";

/**
 * Prints the quote, then sends the request. What the own balance lacks for it is sent along, where the
 * asset is the chain's coin.
 * @returns The request's id.
 * @throws CliError if the fee named is below the quote, or the balance is; ContractRefusal
 */
export async function ask(
  open: OpenAccount,
  asked: {
    readonly question: Question;
    /** Whether the terms name the highest fee; else it becomes what is quoted. */
    readonly hasMaxFee: boolean;
    readonly payer: Hex | null;
    readonly print: (line: string) => void;
  },
): Promise<Hex> {
  const { question, hasMaxFee, payer, print } = asked;
  const { deployment, units } = open;
  const costs = await quote(deployment, question);
  sayQuote(costs, units, print);
  const { terms } = question;
  if (hasMaxFee && terms.maxFee < costs.total) {
    const sentence = `It may cost ${formatAmount(costs.total, units)}, more than --max-fee.`;
    throw new CliError(sentence, "Raise --max-fee, or leave it out.");
  }
  const priced = { ...question, terms: hasMaxFee ? terms : { ...terms, maxFee: costs.total } };
  const value =
    payer === null ? await missingCoins(open, { cost: costs.total, what: "the quote" }) : 0n;
  const mined = await askRequest(deployment, priced, { payer, value });
  const { requestId, operatorId } = fieldsOf(mined, "InferenceRequested");
  const until = formatTime(terms.deadline);
  sayMined(
    `request ${String(requestId)} for operator ${String(operatorId)} until ${until}`,
    mined,
    print,
  );
  return requestId as Hex;
}

function sayQuote(costs: Quote, units: Units, print: (line: string) => void): void {
  const { price, royalty, protocolFee, gasFee, total } = costs;
  const rows = { price, royalty, "protocol fee": protocolFee, gas: gasFee, "at most": total };
  sayTable(
    Object.entries(rows).map(([name, amount]) => [name, formatAmount(amount, units)]),
    print,
  );
}
