import { CliError } from "../failure.ts";

/** How amounts of one asset are written: a unit's decimals by its name, the largest unit last. */
export interface Units {
  readonly decimals: Readonly<Record<string, number>>;
  /** An amount as the next step shows it. */
  readonly example: string;
}

/** The chain's coin; gas is always paid in it. */
export const COIN: Units = {
  decimals: { wei: 0, gwei: 9, eth: 18 },
  example: "0.5eth, 20gwei, or 1000 for wei",
};

/** A token, whose own name could be any coin's. */
export function tokenUnits(decimals: number): Units {
  return {
    decimals: { unit: 0, token: decimals },
    example: "12.5token, or 1000 for its smallest units",
  };
}

const AMOUNT = /^(?<whole>\d+)(?:\.(?<fraction>\d+))?(?<unit>[a-z]*)$/;

/**
 * An amount in the smallest unit. A number without a unit counts smallest units and must be whole.
 * @throws CliError for anything that could be read in two ways: a fraction without a unit, separators,
 *   exponents, signs, more decimals than the unit has, an unknown unit
 */
export function parseAmount(text: string, units: Units = COIN): bigint {
  const { whole, fraction = "", unit = "" } = AMOUNT.exec(text)?.groups ?? {};
  const next = `Write it as in ${units.example}.`;
  if (whole === undefined) throw new CliError(`"${text}" is no amount.`, next);
  if (unit === "" && fraction !== "") {
    throw new CliError(`"${text}" has a fraction but no unit.`, next);
  }
  const decimals = unit === "" ? 0 : ownDecimals(units, unit);
  if (decimals === undefined) {
    const known = Object.keys(units.decimals).join(", ");
    throw new CliError(`"${text}" has the unit "${unit}", which is none of ${known}.`, next);
  }
  if (fraction.length > decimals) {
    const sentence = `"${text}" has more decimals than one ${unit} has: ${decimals}.`;
    throw new CliError(sentence, next);
  }
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** The exact amount, in the unit that reads best, as `parseAmount` takes it. */
export function formatAmount(amount: bigint, units: Units = COIN): string {
  const bySize = Object.entries(units.decimals).toSorted(([, a], [, b]) => b - a);
  for (const [unit, decimals] of bySize) {
    // With many zeros behind the point, the next smaller unit reads better.
    const isReadable = amount === 0n || amount * 10_000n >= 10n ** BigInt(decimals);
    if (isReadable) return `${withPoint(amount, decimals)}${unit}`;
  }
  return amount.toString();
}

function withPoint(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

function ownDecimals({ decimals }: Units, unit: string): number | undefined {
  return Object.hasOwn(decimals, unit) ? decimals[unit] : undefined;
}
