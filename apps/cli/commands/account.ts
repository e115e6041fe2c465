import type { Command } from "commander";

import {
  readAccount,
  readAllowance,
  type AccountRecord,
} from "../../../scripts/account/accountRecord.ts";
import { approveAsset } from "../../../scripts/account/asset.ts";
import { fieldsOf, transact } from "../../../scripts/account/transact.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { formatAmount, parseAmount, type Units } from "../chain/amounts.ts";
import {
  asAccount,
  onDeployment,
  unitsOf,
  withChain,
  withJson,
  type ChainOptions,
} from "../chain/options.ts";
import { sayJson, sayMined, sayTable } from "../chain/say.ts";
import { parseAddress } from "../chain/words.ts";
import { CliError } from "../failure.ts";

/** An allowance of this much never shrinks. */
const WITHOUT_END = 2n ** 256n - 1n;

/** `assay account`: the one balance an account has at the coordinator. */
export function registerAccount(program: Command): void {
  const account = program.command("account").description("the balance that requests are paid from");
  withChain(account.command("deposit").description("add to a balance"))
    .argument("<amount>", "for example 0.5eth")
    .option("--for <address>", "account whose balance grows, if not the key's own")
    .action(deposit);
  withChain(account.command("withdraw").description("take out of the own balance"))
    .argument("<amount>", "for example 0.5eth, or the word all")
    .option("--to <address>", "account that gets it, if not the key's own")
    .action(withdraw);
  withChain(
    account
      .command("forward")
      .description("bring to the coordinator what slashes credited while the token was paused"),
  ).action(forward);
  withChain(account.command("allow").description("let another account pay its requests from here"))
    .argument("<consumer>", "that account")
    .argument("<amount>", "most it may spend from now on; unlimited: without end; 0: nothing")
    .action(allow);
  withJson(
    withChain(account.command("balance").description("what an account holds at the coordinator")),
  )
    .argument("[address]", "the account, if not the key's own")
    .option("--consumer <address>", "also what this account may spend of it")
    .action(showBalance);
}

async function deposit(text: string, options: ChainOptions & { readonly for?: string }) {
  const named = options.for === undefined ? null : parseAddress(options.for);
  await asAccount(options, async ({ deployment, account, units }) => {
    const amount = parseAmount(text, units);
    const { coordinator, asset } = deployment;
    const approvals = await approveAsset(asset, { owner: account, spender: coordinator, amount });
    for (const approval of approvals) sayMined("allowance for the coordinator set", approval);
    const mined = await transact(coordinator, {
      method: "deposit",
      values: [named ?? account, amount],
      value: asset.kind === "coin" ? amount : 0n,
    });
    const arrived = BigInt(String(fieldsOf(mined, "Deposited")["amount"]));
    sayMined(`${formatAmount(arrived, units)} added to the balance of ${named ?? account}`, mined);
  });
}

async function withdraw(text: string, options: ChainOptions & { readonly to?: string }) {
  const named = options.to === undefined ? null : parseAddress(options.to);
  await asAccount(options, async ({ deployment, account, units }) => {
    const { balance } = await readAccount(deployment, account);
    const amount = text === "all" ? balance : parseAmount(text, units);
    if (amount === 0n) {
      throw new CliError("There is nothing to withdraw.", "See assay account balance.");
    }
    const to = named ?? account;
    const call = { method: "withdraw", values: [to, amount] };
    const mined = await transact(deployment.coordinator, call);
    const left = formatAmount(balance - amount, units);
    sayMined(`${formatAmount(amount, units)} sent to ${to}; ${left} is left`, mined);
  });
}

async function forward(options: ChainOptions): Promise<void> {
  await asAccount(options, async ({ deployment, units }) => {
    const call = { method: "forwardOwed", values: [] };
    const mined = await transact(deployment.operatorRegistry, call);
    const arrived = BigInt(String(fieldsOf(mined, "OwedForwarded")["received"]));
    sayMined(`${formatAmount(arrived, units)} came to the coordinator, where it was owed`, mined);
  });
}

async function allow(who: string, text: string, options: ChainOptions): Promise<void> {
  const consumer = parseAddress(who);
  await asAccount(options, async ({ deployment, account, units }) => {
    const amount = text === "unlimited" ? WITHOUT_END : parseAmount(text, units);
    const call = { method: "allow", values: [consumer, amount] };
    const mined = await transact(deployment.coordinator, call);
    const most = amount === WITHOUT_END ? "any part" : `up to ${formatAmount(amount, units)}`;
    sayMined(`${consumer} may spend ${most} of the balance of ${account} on requests`, mined);
  });
}

async function showBalance(
  address: string | undefined,
  options: ChainOptions & { readonly consumer?: string; readonly json?: boolean },
): Promise<void> {
  const named = address === undefined ? null : parseAddress(address);
  const consumer = options.consumer === undefined ? null : parseAddress(options.consumer);
  await onDeployment(options, async (deployment) => {
    const account = named ?? deployment.account;
    if (account === null) {
      const next = "Name its address, or the file of its key with --key-file.";
      throw new CliError("This needs an account.", next);
    }
    const record = await readAccount(deployment, account);
    const allowance =
      consumer === null
        ? null
        : { consumer, amount: await readAllowance(deployment, { payer: account, consumer }) };
    if (options.json === true) sayJson({ ...record, allowance });
    else sayTable(balanceRows(record, allowance, unitsOf(deployment)));
  });
}

function balanceRows(
  { account, balance, requests }: AccountRecord,
  allowance: { readonly consumer: Hex; readonly amount: bigint } | null,
  units: Units,
): (readonly [string, string])[] {
  const rows = [
    ["account", account],
    ["balance", formatAmount(balance, units)],
    ["requests", requests.toString()],
  ] as const;
  if (allowance === null) return [...rows];
  const { consumer, amount } = allowance;
  const text = amount === WITHOUT_END ? "unlimited" : formatAmount(amount, units);
  return [...rows, [`allowed to ${consumer}`, text]];
}
