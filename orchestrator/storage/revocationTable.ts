import type { DatabaseSync } from "node:sqlite";

import type { Block } from "../domain/request.ts";
import { decimal } from "./columns.ts";

/** Verifiers are few and never come back, so the table is never pruned. */
export function insertRevocation(database: DatabaseSync, verifierId: bigint, block: Block): void {
  database
    .prepare("INSERT INTO revocations VALUES (?, ?) ON CONFLICT DO NOTHING")
    .run(verifierId.toString(), block.number);
}

export function deleteRevocationsAbove(database: DatabaseSync, number: number): void {
  database.prepare("DELETE FROM revocations WHERE block > ?").run(number);
}

export function selectRevoked(database: DatabaseSync): ReadonlySet<bigint> {
  const rows = database.prepare("SELECT verifier_id FROM revocations").all();
  return new Set(rows.map((row) => decimal.parse(row["verifier_id"])));
}
