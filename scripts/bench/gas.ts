import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import type { GasRow } from "./gasRow.ts";
import { measureGas } from "./gasRows.ts";

const SNAPSHOT = join(resolve(import.meta.dirname, "../.."), "gas.json");

/** Proofs are random, and each zero byte in one saves 12 gas. */
const TOLERANCE = 150;

/** Costs that are promised; whole transactions, in gas. */
const GOALS: Readonly<Record<string, number>> = {
  "request: 128-byte input": 97_000,
  "fulfill: proof, 128-byte input, callback writes one new slot": 298_000,
  "fulfill: the same with royalty and refund": 308_000,
  "verify: one proof alone": 212_000,
  "verifyBatch: each of 10, one release": 71_000,
  "verifyBatch: each of 32, one release": 59_000,
  "verifyBatch: each of 32, four releases": 65_000,
  "optimistic request: 128-byte input": 97_000,
  "optimistic answer: callback writes one new slot": 85_000,
  "finalize: an answer that was delivered": 65_000,
};

/**
 * Measures what the contracts cost and prints it. With `check` the figures must be those of
 * `gas.json` and within the goals; with `write` they become `gas.json`.
 * @throws Error that lists every figure that differs or is too high.
 */
export async function run(options: {
  readonly json: boolean;
  readonly check?: boolean;
  readonly write?: boolean;
}): Promise<void> {
  const rows = await measureGas();
  for (const row of rows) console.error(`${String(row.gas).padStart(9)}  ${row.key}`);
  if (options.write === true) await writeFile(SNAPSHOT, snapshotOf(rows));
  if (options.check === true) await check(rows);
  if (options.json) console.log(JSON.stringify({ rows }));
}

async function check(rows: readonly GasRow[]): Promise<void> {
  const problems = rows
    .filter(({ key, gas }) => gas > (GOALS[key] ?? Infinity))
    .map(({ key, gas }) => `${key}: ${gas} is above the goal of ${GOALS[key]}`);
  const committed = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
  for (const { key, gas } of rows) {
    if (Math.abs(gas - (committed[key] ?? 0)) <= TOLERANCE) continue;
    problems.push(`${key}: ${gas}, in gas.json ${committed[key] ?? "nothing"}`);
  }
  const left = Object.keys(committed).filter((key) => !rows.some((row) => row.key === key));
  problems.push(...left.map((key) => `${key}: only in gas.json`));
  if (problems.length === 0) return;
  problems.push("Look at the change; then node scripts/bench/main.ts gas --write");
  throw new Error(problems.join("\n"));
}

function snapshotOf(rows: readonly GasRow[]): string {
  const entries = Object.fromEntries(rows.map(({ key, gas }) => [key, gas]));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
