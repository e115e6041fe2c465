import type { Command } from "commander";

import { findRequest } from "../../../scripts/account/requestRecord.ts";
import { fieldsOf, transact } from "../../../scripts/account/transact.ts";
import { formatAmount } from "../chain/amounts.ts";
import { asAccount, withChain, type ChainOptions } from "../chain/options.ts";
import { sayMined } from "../chain/say.ts";
import { parseWord } from "../chain/words.ts";
import { CliError } from "../failure.ts";

/** `assay expire`, `finalize`: what anyone may end. */
export function registerEnding(program: Command): void {
  withChain(
    program
      .command("expire")
      .description("end a request that nobody answered by its deadline, and refund its payer")
      .argument("<request>", "id of the request"),
  ).action(expire);
  withChain(
    program
      .command("finalize")
      .description("make an optimistic answer final whose window is over, and pay its operator")
      .argument("<request>", "id of the request"),
  ).action(finalize);
}

async function expire(text: string, options: ChainOptions): Promise<void> {
  const requestId = parseWord(text, "request id");
  await asAccount(options, async ({ deployment, units }) => {
    const { preimage, payer } = await findRequest(deployment, requestId);
    const call = { method: "expire", values: preimage };
    const mined = await transact(deployment.coordinator, call);
    const { reward, refund } = fieldsOf(mined, "RequestExpired");
    const [paid, back] = [reward, refund].map((part) => formatAmount(BigInt(String(part)), units));
    sayMined(`request ${requestId} expired: ${back} back to ${payer}, ${paid} to you`, mined);
  });
}

async function finalize(text: string, options: ChainOptions): Promise<void> {
  const requestId = parseWord(text, "request id");
  await asAccount(options, async ({ deployment, units }) => {
    const { preimage, answer } = await findRequest(deployment, requestId);
    if (answer === null) {
      const sentence = `Request ${requestId} has no optimistic answer.`;
      throw new CliError(sentence, `See what became of it: assay result ${requestId}.`);
    }
    const call = { method: "finalize", values: [...preimage, answer.record, answer.output] };
    const mined = await transact(deployment.coordinator, call);
    const paid = BigInt(String(fieldsOf(mined, "RequestFinalized")["paid"]));
    const share = formatAmount(paid, units);
    sayMined(`request ${requestId} is final: ${share} to operator ${answer.payee}`, mined);
  });
}
