import { Argument, type Command } from "commander";

import { transact } from "../../../scripts/account/transact.ts";
import { asAccount, withChain, withJson, type ChainOptions } from "../chain/options.ts";
import { sayMined } from "../chain/say.ts";
import {
  LEVEL_WORDS,
  parseAddress,
  parseLevels,
  parseOperatorId,
  parseReceiver,
  parseWord,
} from "../chain/words.ts";
import { CliError } from "../failure.ts";
import { addBond, register, unbond, withdrawBond, withdrawEarnings } from "../operator/bond.ts";
import { takeOverOperator, handOverOperator } from "../operator/handOver.ts";
import { limitsIn, withLimits } from "../operator/limits.ts";
import { asOperator, withOperator, type OperatorOptions } from "../operator/options.ts";
import { serve, setLimits, setPrices, stopServing } from "../operator/serving.ts";
import type { ListName, PriceOptions } from "../operator/serving.ts";
import { showEarnings, showStatus } from "../operator/status.ts";

/** `assay operator`: all an operator does on the chain beside answering. */
export function registerOperator(program: Command): void {
  const operator = program.command("operator").description("bond, prices and lists of an operator");
  registerMoney(operator);
  registerServing(operator);
  registerSenders(operator);
  registerHandOver(operator);
  for (const [name, description, show] of [
    ["status", "all the chain holds of an operator", showStatus],
    ["earnings", "what an operator earned and did not withdraw", showEarnings],
  ] as const) {
    withJson(withOperator(operator.command(name).description(description))).action(show);
  }
}

function registerMoney(operator: Command): void {
  withChain(operator.command("register").description("make the key's account an operator")).action(
    async (options: ChainOptions) => {
      await asAccount(options, register);
    },
  );
  withOperator(operator.command("bond").description("add to an operator's bond"))
    .argument("<amount>", "for example 1eth")
    .action(async (amount: string, options: OperatorOptions) => {
      await asOperator(options, (open) => addBond(open, amount));
    });
  withOperator(operator.command("unbond").description("start taking bond out"))
    .argument("<amount>", "for example 1eth")
    .action(async (amount: string, options: OperatorOptions) => {
      await asOperator(options, (open) => unbond(open, amount));
    });
  withOperator(
    operator.command("withdraw").description("take out earnings, or bond that is unbonded"),
  )
    .addArgument(new Argument("<what>", "what to take out").choices(["earnings", "bond"]))
    .argument("[amount]", "of earnings; all of them unless given")
    .option("--to <address>", "account that gets it, if not the key's own")
    .action(withdraw);
}

async function withdraw(
  what: "earnings" | "bond",
  amount: string | undefined,
  options: OperatorOptions & { readonly to?: string },
): Promise<void> {
  const to = options.to === undefined ? null : parseAddress(options.to);
  if (what === "bond" && amount !== undefined) {
    const next = "Leave the amount out; assay operator unbond AMOUNT chose it.";
    throw new CliError("Bond leaves as one: all that is unbonded.", next);
  }
  await asOperator(options, (open) =>
    what === "bond"
      ? withdrawBond(open, to)
      : withdrawEarnings(open, { to, ...(amount === undefined ? {} : { amount }) }),
  );
}

function registerServing(operator: Command): void {
  withOperator(
    operator
      .command("price")
      .description("set prices per unit of work, for all releases that are served"),
  )
    .requiredOption("--compute <amount>", "price of a unit of compute")
    .requiredOption("--proof <amount>", "price of a unit of proof")
    .requiredOption("--byte <amount>", "price of a byte unit")
    .action(async (options: OperatorOptions & PriceOptions) => {
      await asOperator(options, (open) => setPrices(open, options));
    });
  withLimits(
    withList(operator.command("serve").description("enter the list of a release, or leave it")),
  )
    .option("--stop", "leave it")
    .action(async (release: string, options: ListOptions & { readonly stop?: boolean }) => {
      const lists = listsIn(release, options);
      await asOperator(options, async (open) => {
        const limits = limitsIn({ ...options }, open.units);
        for (const list of lists) {
          if (options.stop === true) await stopServing(open, list);
          else await serve(open, list, limits);
        }
      });
    });
  withLimits(
    withList(
      operator.command("limits").description("show the limits of a list, or change those named"),
    ),
  ).action(async (release: string, options: ListOptions) => {
    const lists = listsIn(release, options);
    await asOperator(options, async (open) => {
      const limits = limitsIn({ ...options }, open.units);
      for (const list of lists) {
        if (lists.length > 1) console.log(`level ${list.level.toLowerCase()}`);
        await setLimits(open, list, limits);
      }
    });
  });
}

function registerSenders(operator: Command): void {
  const sender = operator.command("sender").description("hot keys that act for an operator");
  for (const [name, method, said] of [
    ["add", "addSender", "may act for"],
    ["remove", "removeSender", "no longer acts for"],
  ] as const) {
    withOperator(sender.command(name).description(`the account ${said} the operator`))
      .argument("<address>", "the sender's account")
      .action(async (text: string, options: OperatorOptions) => {
        const address = parseAddress(text);
        await asOperator(options, async ({ deployment, operatorId }) => {
          const call = { method, values: [operatorId, address] };
          const mined = await transact(deployment.operatorRegistry, call);
          sayMined(`${address} ${said} operator ${operatorId}`, mined);
        });
      });
  }
  withOperator(
    operator
      .command("payout")
      .description("set where senders may send the earnings; none: nowhere"),
  )
    .argument("<address>", "an account, or the word none")
    .action(async (text: string, options: OperatorOptions) => {
      const payout = parseReceiver(text).address;
      await asOperator(options, async ({ deployment, operatorId }) => {
        const call = { method: "setPayout", values: [operatorId, payout] };
        const mined = await transact(deployment.operatorRegistry, call);
        sayMined(`payout address of operator ${operatorId}: ${text}`, mined);
      });
    });
}

function registerHandOver(operator: Command): void {
  withOperator(
    operator.command("hand-over").description("hand an operator over; none: to nobody any more"),
  )
    .argument("<address>", "the next owner's account, or the word none")
    .action(async (text: string, options: OperatorOptions) => {
      await asOperator(options, (open) => handOverOperator(open, text));
    });
  withChain(
    operator.command("take-over").description("take an operator that was handed over to you"),
  )
    .argument("<id>", "the operator")
    .action(async (text: string, options: ChainOptions) => {
      const operatorId = parseOperatorId(text);
      await asAccount(options, (open) => takeOverOperator(open, operatorId));
    });
}

interface ListOptions extends OperatorOptions {
  readonly levels: string;
}

function withList(command: Command): Command {
  return withOperator(command)
    .argument("<release>", "id of the release")
    .option("--level, --levels <levels>", `of ${LEVEL_WORDS.join(", ")}, with commas`, "zk");
}

/** The lists of a release that the levels name. @throws CliError */
function listsIn(release: string, { levels }: ListOptions): readonly ListName[] {
  const releaseId = parseWord(release, "release id");
  return parseLevels(levels).map((level) => ({ releaseId, level }));
}
