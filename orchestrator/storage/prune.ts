import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { Journal } from "../domain/nodePorts.ts";

/** Newest block that no re-org takes: finalised, or older than every block that is remembered. */
const FIXED = "max(:finalNumber, (SELECT coalesce(min(number), 0) - 1 FROM blocks))";

/**
 * What no re-org can bring back. The request of a sender's highest nonce stays, since the next one
 * follows from it.
 */
const SETTLED = `
  SELECT request_id FROM requests WHERE
    ((end_block <= ${FIXED} AND ended_at < :keptSince)
      OR (end_block IS NULL AND deadline * 1000 < :keptSince AND NOT EXISTS (
        SELECT 1 FROM answers WHERE answers.request_id = requests.request_id
          AND until * 1000 >= :keptSince)))
    AND NOT EXISTS (
      SELECT 1 FROM transactions WHERE (transactions.request_id = requests.request_id OR id IN
          (SELECT transaction_id FROM batches WHERE batches.request_id = requests.request_id))
        AND (state IN ('Signed', 'Mined') OR nonce =
          (SELECT max(nonce) FROM transactions AS others WHERE others.sender = transactions.sender)))
  ORDER BY journaled_at LIMIT :atMost`;

/**
 * A commitment of ours is younger than the answer it is about, and has a refutation, unless the
 * journal was lost since and the proof is still to be made again.
 */
const UNOPENED = `
  SELECT commitment FROM commitments WHERE block <= ${FIXED}
    AND block < coalesce((SELECT min(answers.block) FROM answers JOIN requests USING (request_id)
      WHERE end_block IS NULL OR end_block > ${FIXED}), block + 1)
    AND commitment NOT IN (SELECT commitment FROM refutations)
  ORDER BY block LIMIT :atMost`;

/** By what a row hangs on the request; each table before those it hangs on. */
const DELETIONS = [
  `DELETE FROM batches WHERE request_id = ?1 OR transaction_id IN
     (SELECT id FROM transactions WHERE request_id = ?1)`,
  `DELETE FROM attempts WHERE transaction_id IN
     (SELECT id FROM transactions WHERE request_id = ?)`,
  "DELETE FROM transactions WHERE request_id = ?",
  "DELETE FROM outputs WHERE request_id = ?",
  "DELETE FROM proofs WHERE request_id = ?",
  "DELETE FROM answers WHERE request_id = ?",
  "DELETE FROM confirmations WHERE request_id = ?",
  "DELETE FROM refutations WHERE request_id = ?",
  "DELETE FROM reassignments WHERE request_id = ?",
  "DELETE FROM requests WHERE request_id = ?",
] as const;

/** Deletes settled requests with all that hangs on them; returns how many. */
export function deleteSettled(
  database: DatabaseSync,
  limits: Parameters<Journal["prune"]>[0],
): number {
  const rows = database.prepare(SETTLED).all(limits);
  const deletions = DELETIONS.map((script) => database.prepare(script));
  for (const row of rows) {
    const requestId = z.string().parse(row["request_id"]);
    for (const deletion of deletions) deletion.run(requestId);
  }
  return rows.length;
}

/** Deletes commitments that nothing in the journal can be about any more; returns how many. */
export function deleteCommitments(
  database: DatabaseSync,
  { finalNumber, atMost }: Parameters<Journal["pruneCommitments"]>[0],
): number {
  const script = `DELETE FROM commitments WHERE commitment IN (${UNOPENED})`;
  return Number(database.prepare(script).run({ finalNumber, atMost }).changes);
}
