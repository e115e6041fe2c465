import type { MinedTransaction } from "../../../scripts/account/transact.ts";
import { formatAmount } from "./amounts.ts";

/** Prints what a transaction did, its hash, and what its gas cost. */
export function sayMined(
  effect: string,
  { hash, gasUsed, gasCost }: MinedTransaction,
  print: (line: string) => void = console.log,
): void {
  print(effect);
  print(`  transaction ${hash}`);
  print(`  gas         ${gasUsed.toLocaleString("en-US")}, ${formatAmount(gasCost)}`);
}

/** Prints names and values in two columns. */
export function sayTable(
  rows: readonly (readonly [name: string, value: string])[],
  print: (line: string) => void = console.log,
): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) print(`${name.padEnd(width)}  ${value}`);
}

/** Prints one JSON object on one line; whole numbers of the chain are decimal text. */
export function sayJson(report: object): void {
  console.log(
    JSON.stringify(report, (_, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value,
    ),
  );
}
