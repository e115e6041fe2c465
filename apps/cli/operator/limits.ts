import type { Command } from "commander";

import { formatAmount, parseAmount, type Units } from "../chain/amounts.ts";
import { parseShortAmount } from "../chain/shortAmount.ts";
import { parseWhole } from "../chain/words.ts";
import { CliError } from "../failure.ts";

/** Fields of `Limits.sol` by their own names. */
export type Limits = Readonly<Record<string, bigint>>;

interface Limit {
  /** Of the struct in Solidity; the option is the same in kebab case. */
  readonly field: string;
  readonly placeholder: string;
  readonly description: string;
  readonly default: bigint;
  readonly most: bigint;
  /** A gas price is in coins; an amount is in the asset, and short as bonds are. */
  readonly kind: "gas price" | "amount" | "number";
}

/** The whole list of limits: options, defaults and what is shown follow from it. */
const LIMITS: readonly Limit[] = [
  {
    field: "minGasPrice",
    placeholder: "<amount>",
    description: "least gas price a requester must be willing to pay",
    default: 0n,
    most: 2n ** 40n - 1n,
    kind: "gas price",
  },
  {
    field: "maxCallbackGas",
    placeholder: "<gas>",
    description: "most gas of a callback",
    default: 2_500_000n,
    most: 2n ** 24n - 1n,
    kind: "number",
  },
  {
    field: "maxInputLength",
    placeholder: "<bytes>",
    description: "most bytes of an input",
    default: 24_576n,
    most: 2n ** 16n - 1n,
    kind: "number",
  },
  {
    field: "maxBond",
    placeholder: "<amount>",
    description: "most bond that one optimistic answer may lock",
    default: 792n * 10n ** 26n,
    most: 2n ** 96n - 1n,
    kind: "amount",
  },
];

/** Limits of an operator who takes every request the coordinator accepts. */
export const NO_LIMITS: Limits = Object.fromEntries(
  LIMITS.map(({ field, default: value }) => [field, value]),
);

/** Adds an option per limit. */
export function withLimits(command: Command): Command {
  for (const { field, placeholder, description } of LIMITS) {
    command.option(`${flagOf(field)} ${placeholder}`, description);
  }
  return command;
}

/**
 * The limits a command line names; those it does not name are absent.
 * @throws CliError for one that is malformed or does not fit its field
 */
export function limitsIn(options: Readonly<Record<string, unknown>>, units: Units): Limits {
  const named = LIMITS.flatMap((limit) => {
    const text = options[limit.field];
    return typeof text === "string" ? [[limit.field, parseLimit(limit, text, units)] as const] : [];
  });
  return Object.fromEntries(named);
}

/** A row per limit, with its option's name. */
export function limitRows(limits: Limits, units: Units): readonly (readonly [string, string])[] {
  return LIMITS.map(({ field, kind }) => {
    const value = limits[field] ?? 0n;
    const text =
      kind === "number"
        ? value.toLocaleString("en-US")
        : formatAmount(value, kind === "amount" ? units : undefined);
    return [flagOf(field).slice(2), text];
  });
}

function parseLimit({ field, most, kind }: Limit, text: string, units: Units): bigint {
  if (kind === "number") return parseWhole(text, { what: flagOf(field).slice(2), most });
  if (kind === "amount") return parseShortAmount(text, { option: flagOf(field), units });
  const value = parseAmount(text);
  if (value <= most) return value;
  const next = `Give at most ${formatAmount(most)}.`;
  throw new CliError(`${text} is more than ${flagOf(field)} can hold.`, next);
}

function flagOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
