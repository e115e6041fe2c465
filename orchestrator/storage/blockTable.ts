import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { Block } from "../domain/request.ts";
import { hex } from "./columns.ts";

/** Blocks kept behind the tip; far more than any chain re-orgs. */
const BLOCKS_KEPT = 8192;

const blockRow = z
  .object({ number: z.number(), hash: hex, parent_hash: hex, timestamp: z.number() })
  .transform((row): Block => ({
    number: row.number,
    hash: row.hash,
    parentHash: row.parent_hash,
    timestamp: row.timestamp,
  }));

/** The newest applied block at or below a number. */
export function selectBlock(database: DatabaseSync, atOrBelow: number): Block | null {
  const row = database
    .prepare("SELECT * FROM blocks WHERE number <= ? ORDER BY number DESC LIMIT 1")
    .get(atOrBelow);
  return row === undefined ? null : blockRow.parse(row);
}

export function insertBlock(database: DatabaseSync, block: Block): void {
  database
    .prepare("INSERT INTO blocks (number, hash, parent_hash, timestamp) VALUES (?, ?, ?, ?)")
    .run(block.number, block.hash, block.parentHash, block.timestamp);
  database.prepare("DELETE FROM blocks WHERE number < ?").run(block.number - BLOCKS_KEPT);
}

export function deleteBlocksAbove(database: DatabaseSync, number: number): void {
  database.prepare("DELETE FROM blocks WHERE number > ?").run(number);
}
