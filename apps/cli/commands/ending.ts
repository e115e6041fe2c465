import type { Command } from "commander";

import { outcomeOf, type RequestOutcome } from "../../../scripts/account/requestOutcome.ts";
import { findRequest, type RequestRecord } from "../../../scripts/account/requestRecord.ts";
import { fieldsOf, transact, type Call } from "../../../scripts/account/transact.ts";
import { formatAmount } from "../chain/amounts.ts";
import { asAccount, withChain, type ChainOptions } from "../chain/options.ts";
import { sayMined } from "../chain/say.ts";
import { parseWhole, parseWord } from "../chain/words.ts";
import { CliError } from "../failure.ts";

/** EIP-7825: no transaction may use more. */
const MOST_GAS = { what: "gas", most: 1n << 24n };

/** Without an output their consumer may have been told that nothing will come. */
const VOIDABLE: readonly string[] = ["Overturned", "Failed"];

/** `assay expire`, `finalize`, `fail`, `retry`: what anyone may end, and callbacks given again. */
export function registerEnding(program: Command): void {
  onRequest(
    program,
    "expire",
    "end a request that nobody answered by its deadline, and refund its payer",
  ).action(expire);
  onRequest(
    program,
    "finalize",
    "make an optimistic answer final whose window is over, and pay its operator",
  ).action(finalize);
  onRequest(
    program,
    "fail",
    "end a request whose verifier was revoked, and refund its payer",
  ).action(fail);
  onRequest(program, "retry", "call the requester back again after its callback failed")
    .option("--gas <gas>", "gas of the callback; what the terms ask for unless given")
    .action(retry);
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

async function fail(text: string, options: ChainOptions): Promise<void> {
  const requestId = parseWord(text, "request id");
  await asAccount(options, async ({ deployment, units }) => {
    const { preimage, answer, payer } = await findRequest(deployment, requestId);
    const call =
      answer === null
        ? { method: "fail", values: preimage }
        : { method: "failAnswered", values: [...preimage, answer.record] };
    const mined = await transact(deployment.coordinator, call);
    const refund = BigInt(String(fieldsOf(mined, "RequestFailed")["refund"]));
    const back = formatAmount(refund, units);
    sayMined(`request ${requestId} failed, its verifier was revoked: ${back} to ${payer}`, mined);
  });
}

async function retry(
  text: string,
  options: ChainOptions & { readonly gas?: string },
): Promise<void> {
  const requestId = parseWord(text, "request id");
  const gas = options.gas === undefined ? null : parseWhole(options.gas, MOST_GAS);
  await asAccount(options, async ({ deployment }) => {
    const request = await findRequest(deployment, requestId);
    const outcome = await outcomeOf(deployment, requestId, request.blockNumber);
    const call = retryCall(request, outcome, gas ?? request.terms.callbackGas);
    const mined = await transact(deployment.coordinator, call);
    sayMined(`request ${requestId} delivered to ${request.requester}`, mined);
  });
}

/** An answer that is not final yet is handed in with its record; of one that fell that is told. */
function retryCall(
  { requestId, preimage, answer }: RequestRecord,
  { isFinal, status, output }: RequestOutcome,
  gas: bigint,
): Call {
  if (output === null && VOIDABLE.includes(status)) {
    return { method: "retryVoidedCallback", values: [preimage[0], gas] };
  }
  if (output === null) {
    const sentence = `Request ${requestId} has no output to deliver: its status is ${status}.`;
    throw new CliError(sentence, `See what became of it: assay result ${requestId}.`);
  }
  if (isFinal || answer === null) {
    return { method: "retryCallback", values: [preimage[0], output, gas] };
  }
  return { method: "retryAnswerCallback", values: [...preimage, answer.record, output, gas] };
}

function onRequest(program: Command, name: string, description: string): Command {
  return withChain(
    program.command(name).description(description).argument("<request>", "id of the request"),
  );
}
