import { readListings, type ServedListing } from "../../../scripts/account/operatorRecord.ts";
import { fieldsOf, transact } from "../../../scripts/account/transact.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { verificationNumber, type Verification } from "../../../sdk/protocol/verification.ts";
import { formatAmount, parseAmount, type Units } from "../chain/amounts.ts";
import { formatTime } from "../chain/formatTime.ts";
import { sayMined, sayTable } from "../chain/say.ts";
import { CliError } from "../failure.ts";
import { limitRows, NO_LIMITS, type Limits } from "./limits.ts";
import type { OpenOperator } from "./options.ts";

/** One list: of a release at a level. */
export interface ListName {
  readonly releaseId: Hex;
  readonly level: Verification;
}

/** Enters a list, or changes the limits named there; a list that is entered anew has no others. */
export async function serve(operator: OpenOperator, list: ListName, named: Limits): Promise<void> {
  const standing = await listingOf(operator, list);
  await enter(operator, list, { ...NO_LIMITS, ...standing?.limits, ...named });
}

/** Leaves a list. */
export async function stopServing(operator: OpenOperator, list: ListName): Promise<void> {
  const { deployment, operatorId } = operator;
  const mined = await transact(deployment.operatorRegistry, {
    method: "stopServing",
    values: [operatorId, list.releaseId, verificationNumber(list.level)],
  });
  sayMined(`operator ${operatorId} no longer serves ${describeList(list)}`, mined);
}

/**
 * Shows the limits of a list the operator stands in, or changes those that are named.
 * @throws CliError if he does not stand in it
 */
export async function setLimits(
  operator: OpenOperator,
  list: ListName,
  named: Limits,
): Promise<void> {
  const standing = await listingOf(operator, list);
  if (standing === null) {
    const sentence = `Operator ${operator.operatorId} does not serve ${describeList(list)}.`;
    throw new CliError(sentence, "Enter the list first: assay operator serve RELEASE.");
  }
  if (Object.keys(named).length === 0) sayTable(limitRows(standing.limits, operator.units));
  else await enter(operator, list, { ...standing.limits, ...named });
}

/** Prices per unit of work, as the command line names them. */
export interface PriceOptions {
  readonly compute: string;
  readonly proof: string;
  readonly byte: string;
}

/** Most that a price per unit can be: 64 bits. */
const MOST_PRICE = 2n ** 64n - 1n;

/** Sets the prices per unit, and lists every release that is served again: listings keep old prices. */
export async function setPrices(operator: OpenOperator, given: PriceOptions): Promise<void> {
  const { deployment, operatorId, units } = operator;
  const prices = {
    computePrice: parsePrice(given.compute, units),
    proofPrice: parsePrice(given.proof, units),
    bytePrice: parsePrice(given.byte, units),
  };
  const mined = await transact(deployment.operatorRegistry, {
    method: "setPrices",
    values: [operatorId, prices],
  });
  const shown = Object.values(prices).map((price) => formatAmount(price, units));
  sayMined(`prices per unit of compute, proof and bytes: ${shown.join(", ")}`, mined);
  for (const listing of await readListings(deployment, operatorId)) {
    await enter(operator, listing, listing.limits);
  }
}

/** "release 0x… at level Zk" */
export function describeList({ releaseId, level }: ListName): string {
  return `release ${releaseId} at level ${level}`;
}

async function enter(operator: OpenOperator, list: ListName, limits: Limits): Promise<void> {
  const { deployment, operatorId, units } = operator;
  const mined = await transact(deployment.operatorRegistry, {
    method: "startServing",
    values: [operatorId, list.releaseId, verificationNumber(list.level), limits],
  });
  const { price, effectiveAt } = fieldsOf(mined, "ListingSet");
  const { tickets } = fieldsOf(mined, "TicketsSet");
  const amount = formatAmount(BigInt(String(price)), units);
  const time = formatTime(BigInt(String(effectiveAt)));
  const effect =
    `operator ${operatorId} serves ${describeList(list)}: ${amount} an answer from ${time}, ` +
    `${String(tickets)} tickets`;
  sayMined(effect, mined);
}

async function listingOf(
  { deployment, operatorId }: OpenOperator,
  list: ListName,
): Promise<ServedListing | null> {
  const listings = await readListings(deployment, operatorId);
  const isMeant = (each: ServedListing): boolean =>
    each.releaseId === list.releaseId && each.level === list.level;
  return listings.find(isMeant) ?? null;
}

function parsePrice(text: string, units: Units): bigint {
  const price = parseAmount(text, units);
  if (price <= MOST_PRICE) return price;
  const next = `Give at most ${formatAmount(MOST_PRICE, units)} per unit of work.`;
  throw new CliError(`${text} is more than a price per unit can be.`, next);
}
