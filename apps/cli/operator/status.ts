import type { Deployment } from "../../../scripts/account/deployment.ts";
import {
  operatorIdOf,
  readListings,
  readOperator,
  readSenders,
  ticketsOf,
  type OperatorRecord,
} from "../../../scripts/account/operatorRecord.ts";
import { formatAmount, type Units } from "../chain/amounts.ts";
import { formatTime } from "../chain/formatTime.ts";
import { onDeployment, unitsOf } from "../chain/options.ts";
import { sayJson, sayTable } from "../chain/say.ts";
import { parseOperatorId } from "../chain/words.ts";
import { CliError } from "../failure.ts";
import { limitRows } from "./limits.ts";
import type { OperatorOptions } from "./options.ts";

interface ShowOptions extends OperatorOptions {
  readonly json?: boolean;
}

/** Prints all the chain holds of an operator. */
export async function showStatus(options: ShowOptions): Promise<void> {
  await onOperator(options, async (deployment, record) => {
    const listings = await listingsOf(deployment, record.operatorId);
    const senders = await readSenders(deployment, record.operatorId);
    if (options.json === true) {
      sayJson({ ...record, senders, listings });
      return;
    }
    const units = unitsOf(deployment);
    sayTable([
      ["operator", record.operatorId.toString()],
      ["owner", record.owner],
      ...(record.nextOwner === null ? [] : [["handed to", record.nextOwner] as const]),
      ["senders", senders.length === 0 ? "none" : senders.join(", ")],
      ["payout", record.payout ?? "none"],
      ...bondRows(record, units),
      ...Object.entries(record.prices).map(
        ([name, price]) => [name, formatAmount(price, units)] as const,
      ),
      ["earnings", formatAmount(record.earnings, units)],
    ]);
    for (const listing of listings) {
      const price = formatAmount(listing.price, units);
      console.log(`\nserves ${listing.releaseId} at level ${listing.level}`);
      sayTable(
        [
          ["price", `${price} from ${formatTime(listing.effectiveAt)}`],
          ["tickets", listing.tickets.toString()],
          ...limitRows(listing.limits, units),
        ],
        (line) => {
          console.log(`  ${line}`);
        },
      );
    }
  });
}

/** Prints what an operator earned and where his senders may send it. */
export async function showEarnings(options: ShowOptions): Promise<void> {
  await onOperator(options, async (deployment, { operatorId, earnings, payout }) => {
    if (options.json === true) {
      sayJson({ operatorId, earnings, payout });
      return;
    }
    sayTable([
      ["earnings", formatAmount(earnings, unitsOf(deployment))],
      ["payout", payout ?? "none"],
    ]);
  });
}

async function listingsOf(deployment: Deployment, operatorId: bigint) {
  const listings = await readListings(deployment, operatorId);
  return Promise.all(
    listings.map(async (listing) => {
      return { ...listing, tickets: await ticketsOf(deployment, operatorId, listing) };
    }),
  );
}

/** Reading needs no key if the operator is named. */
async function onOperator(
  options: OperatorOptions,
  work: (deployment: Deployment, record: OperatorRecord) => Promise<void>,
): Promise<void> {
  const named = options.operator === undefined ? null : parseOperatorId(options.operator);
  await onDeployment(options, async (deployment) => {
    const { account } = deployment;
    const operatorId = named ?? (account === null ? null : operatorIdOf(account));
    if (operatorId === null) {
      const next = "Give --operator with his id, or --key-file with his owner's key.";
      throw new CliError("This needs an operator.", next);
    }
    await work(deployment, await readOperator(deployment, operatorId));
  });
}

/** Amounts, but for the time bond is free at and the number of lists. */
function bondRows({ bond, isBonded }: OperatorRecord, units: Units): [string, string][] {
  return Object.entries(bond).map(([name, value]) => {
    if (name === "listings") return ["lists", value.toString()];
    if (name === "withdrawableAt") return ["unbonded at", value === 0n ? "–" : formatTime(value)];
    if (name !== "amount") return [name, formatAmount(value, units)];
    return ["bond", `${formatAmount(value, units)}${isBonded ? "" : ", below the least bond"}`];
  });
}
