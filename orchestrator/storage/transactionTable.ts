import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { Hex } from "../domain/ports.ts";
import {
  PURPOSES,
  type Attempt,
  type JournaledTransaction,
  type Receipt,
  type TransactionState,
} from "../domain/transaction.ts";
import { decimal, hex } from "./columns.ts";

const transactionRow = z.object({
  id: z.number(),
  request_id: hex,
  sender: hex,
  nonce: z.number(),
  purpose: z.enum(PURPOSES),
  reason: z.string().nullable(),
  state: z.enum(["Signed", "Mined", "Done", "Lost"]),
  receipt_hash: hex.nullable(),
  receipt_block: z.number().nullable(),
  receipt_block_hash: hex.nullable(),
  receipt_succeeded: z.number().nullable(),
  receipt_gas_used: z.number().nullable(),
});

const attemptRow = z
  .object({
    hash: hex,
    raw: hex,
    purpose: z.enum([...PURPOSES, "cancel"]),
    max_fee_per_gas: decimal,
    max_priority_fee_per_gas: decimal,
    signed_at: z.number(),
  })
  .transform((row): Attempt => ({
    hash: row.hash,
    raw: row.raw,
    purpose: row.purpose,
    maxFeePerGas: row.max_fee_per_gas,
    maxPriorityFeePerGas: row.max_priority_fee_per_gas,
    signedAt: row.signed_at,
  }));

export function insertTransaction(
  database: DatabaseSync,
  entry: Pick<JournaledTransaction, "requestId" | "sender" | "nonce" | "purpose" | "reason"> &
    Partial<Pick<JournaledTransaction, "otherIds">>,
): number {
  const { requestId, otherIds = [], sender, nonce, purpose, reason } = entry;
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO transactions (request_id, sender, nonce, purpose, reason, state)
       VALUES (?, ?, ?, ?, ?, 'Signed')`,
    )
    .run(requestId, sender, nonce, purpose, reason);
  const id = Number(lastInsertRowid);
  const insertOther = database.prepare("INSERT INTO batches VALUES (?, ?)");
  for (const otherId of otherIds) insertOther.run(id, otherId);
  return id;
}

export function insertAttempt(database: DatabaseSync, id: number, attempt: Attempt): void {
  database
    .prepare(
      `INSERT INTO attempts (hash, transaction_id, raw, purpose, max_fee_per_gas,
         max_priority_fee_per_gas, signed_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      attempt.hash,
      id,
      attempt.raw,
      attempt.purpose,
      attempt.maxFeePerGas.toString(),
      attempt.maxPriorityFeePerGas.toString(),
      attempt.signedAt,
    );
}

export function updateReceipt(database: DatabaseSync, id: number, receipt: Receipt): void {
  database
    .prepare(
      `UPDATE transactions SET state = 'Mined', receipt_hash = ?, receipt_block = ?,
         receipt_block_hash = ?, receipt_succeeded = ?, receipt_gas_used = ? WHERE id = ?`,
    )
    .run(
      receipt.hash,
      receipt.block.number,
      receipt.block.hash,
      receipt.succeeded ? 1 : 0,
      Number(receipt.gasUsed),
      id,
    );
}

export function updateState(database: DatabaseSync, id: number, state: TransactionState): void {
  database.prepare("UPDATE transactions SET state = ? WHERE id = ?").run(state, id);
}

/** Receipts of blocks that left the chain are forgotten; the bytes are broadcast again. */
export function clearReceipts(
  database: DatabaseSync,
  condition: "id = ?" | "receipt_block > ?",
  value: number,
): void {
  database
    .prepare(
      `UPDATE transactions SET state = 'Signed', receipt_hash = NULL, receipt_block = NULL,
         receipt_block_hash = NULL, receipt_succeeded = NULL, receipt_gas_used = NULL
       WHERE ${condition}`,
    )
    .run(value);
}

/** Of a request those in which it stands in a batch, too. */
export const OF_REQUEST =
  "request_id = ?1 OR id IN (SELECT transaction_id FROM batches WHERE batches.request_id = ?1)";

/** Transactions by a condition, by nonce. */
export function selectTransactions(
  database: DatabaseSync,
  condition: "id = ?" | typeof OF_REQUEST | "sender = ? AND state IN ('Signed', 'Mined')",
  value: Hex | number,
): readonly JournaledTransaction[] {
  const rows = database
    .prepare(`SELECT * FROM transactions WHERE ${condition} ORDER BY nonce, id`)
    .all(value);
  return rows.map((row) => toTransaction(database, transactionRow.parse(row)));
}

export function selectHighestNonce(database: DatabaseSync, sender: Hex): number | null {
  const row = database
    .prepare("SELECT max(nonce) AS highest FROM transactions WHERE sender = ?")
    .get(sender);
  return z.number().nullable().parse(row?.["highest"]);
}

function toTransaction(
  database: DatabaseSync,
  row: z.infer<typeof transactionRow>,
): JournaledTransaction {
  const attempts = database
    .prepare("SELECT * FROM attempts WHERE transaction_id = ? ORDER BY rowid")
    .all(row.id);
  const others = database
    .prepare("SELECT request_id FROM batches WHERE transaction_id = ? ORDER BY rowid")
    .all(row.id);
  return {
    id: row.id,
    requestId: row.request_id,
    otherIds: others.map((other) => hex.parse(other["request_id"])),
    sender: row.sender,
    nonce: row.nonce,
    purpose: row.purpose,
    reason: row.reason,
    state: row.state,
    attempts: attempts.map((attempt) => attemptRow.parse(attempt)),
    receipt: toReceipt(row),
  };
}

function toReceipt(row: z.infer<typeof transactionRow>): Receipt | null {
  if (row.receipt_hash === null) return null;
  if (row.receipt_block === null || row.receipt_block_hash === null) return null;
  return {
    hash: row.receipt_hash,
    block: { number: row.receipt_block, hash: row.receipt_block_hash },
    succeeded: row.receipt_succeeded === 1,
    gasUsed: BigInt(row.receipt_gas_used ?? 0),
  };
}
