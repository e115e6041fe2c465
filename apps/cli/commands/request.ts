import type { Command } from "commander";

import { findRequest } from "../../../scripts/account/requestRecord.ts";
import { outcomeOf } from "../../../scripts/account/requestOutcome.ts";
import {
  asAccount,
  onDeployment,
  withChain,
  withJson,
  type ChainOptions,
} from "../chain/options.ts";
import { LEVEL_WORDS, parseAddress, parseLevel, parseWord } from "../chain/words.ts";
import { ask } from "../request/ask.ts";
import { readInput, type InputOptions } from "../request/input.ts";
import { sayOutcome, waitForOutcome } from "../request/outcome.ts";
import { readTerms, withTerms, type TermsOptions } from "../request/terms.ts";

interface OutcomeOptions extends ChainOptions {
  readonly wait?: boolean;
  readonly json?: boolean;
}

type RequestOptions = OutcomeOptions &
  InputOptions &
  TermsOptions & { readonly level: string; readonly payer?: string };

/** `assay request`, `result`: a request and its answer. */
export function registerRequest(program: Command): void {
  withTerms(
    withJson(
      withChain(
        program
          .command("request")
          .description("ask a release as the key's account, and wait for the answer")
          .argument("<release>", "id of the release"),
      ),
    )
      .option("--no-wait", "do not wait for its end")
      .option("--input <hex>", "the input's bytes")
      .option("--input-file <file>", "file that is the input")
      .option("--level <level>", `one of ${LEVEL_WORDS.join(", ")}`, "zk")
      .option("--payer <address>", "account that pays, having allowed it; else the own one"),
  ).action(request);
  withJson(
    withChain(
      program
        .command("result")
        .description("what became of a request so far")
        .argument("<request>", "id of the request"),
    ),
  )
    .option("--wait", "wait for its end")
    .action(result);
}

async function request(release: string, options: RequestOptions): Promise<void> {
  const { json = false, wait = false } = options;
  const print = json ? console.error : console.log;
  const releaseId = parseWord(release, "release id");
  const level = parseLevel(options.level);
  const payer = options.payer === undefined ? null : parseAddress(options.payer);
  const input = await readInput(options);
  await asAccount(options, async (open) => {
    const { deployment } = open;
    const question = {
      releaseId,
      level,
      input,
      terms: await readTerms(options, deployment, releaseId),
    };
    const hasMaxFee = options.maxFee !== undefined;
    const requestId = await ask(open, { question, hasMaxFee, payer, print });
    const outcome = wait
      ? await waitForOutcome(deployment, requestId, print)
      : await outcomeOf(deployment, requestId);
    if (wait || json) sayOutcome(outcome, { json });
    if (wait && outcome.status !== "Finalized") process.exitCode = 1;
  });
}

async function result(text: string, options: OutcomeOptions): Promise<void> {
  const { json = false, wait = false } = options;
  const requestId = parseWord(text, "request id");
  await onDeployment(options, async (deployment) => {
    // Waiting begins with finding it, so that an id nobody knows is told either way.
    const { blockNumber } = await findRequest(deployment, requestId);
    const outcome = wait
      ? await waitForOutcome(deployment, requestId, json ? console.error : console.log)
      : await outcomeOf(deployment, requestId, blockNumber);
    sayOutcome(outcome, { json });
  });
}
