import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { JournaledAnswer, JournaledRefutation } from "../domain/journaled.ts";
import type { Hex } from "../domain/ports.ts";
import type { Block, Challenge, OptimisticAnswer } from "../domain/request.ts";
import { parseProof, proofColumn } from "./answerTable.ts";
import { hex } from "./columns.ts";

const answerRow = z.object({ record: z.string(), output: z.instanceof(Uint8Array) });
const refutationRow = z.object({ proof: z.string(), seconds: z.number(), commitment: hex });

/** Stores the answer of a request; of unknown requests nothing. */
export function insertAnswer(database: DatabaseSync, answer: OptimisticAnswer, block: Block): void {
  const { requestId, operatorId, windowEnd, record, output } = answer;
  database
    .prepare(
      `INSERT INTO answers (request_id, block, operator_id, since, until, record, output)
       SELECT request_id, ?, ?, ?, ?, ?, ? FROM requests WHERE request_id = ?`,
    )
    .run(
      block.number,
      operatorId.toString(),
      block.timestamp,
      windowEnd,
      record,
      output,
      requestId,
    );
}

/** A further row: a re-org that takes it brings the unchallenged answer back. */
export function insertChallenge(database: DatabaseSync, challenge: Challenge, block: Block): void {
  const { requestId, challenger, proofDeadline, record } = challenge;
  database
    .prepare(
      `INSERT INTO answers (request_id, block, operator_id, challenger, since, until, record, output)
       SELECT request_id, ?, operator_id, ?, ?, ?, ?, output FROM answers
       WHERE request_id = ? ORDER BY id DESC LIMIT 1`,
    )
    .run(block.number, challenger, block.timestamp, proofDeadline, record, requestId);
}

export function insertCommitment(database: DatabaseSync, commitment: Hex, block: Block): void {
  database
    .prepare("INSERT INTO commitments VALUES (?, ?) ON CONFLICT DO NOTHING")
    .run(commitment, block.number);
}

/** Takes back what rolled-back blocks said of answers and commitments. */
export function deleteDisputesAbove(database: DatabaseSync, number: number): void {
  database.prepare("DELETE FROM answers WHERE block > ?").run(number);
  database.prepare("DELETE FROM commitments WHERE block > ?").run(number);
}

export function selectAnswer(database: DatabaseSync, requestId: Hex): JournaledAnswer | null {
  const row = database
    .prepare("SELECT record, output FROM answers WHERE request_id = ? ORDER BY id DESC LIMIT 1")
    .get(requestId);
  return row === undefined ? null : answerRow.parse(row);
}

/** Stores whether a second execution agreed; a later word for the same request is ignored. */
export function insertConfirmation(database: DatabaseSync, requestId: Hex, isSame: boolean): void {
  database
    .prepare("INSERT INTO confirmations VALUES (?, ?) ON CONFLICT DO NOTHING")
    .run(requestId, isSame ? 1 : 0);
}

/** Stores a refutation; a later one for the same request is ignored. */
export function insertRefutation(
  database: DatabaseSync,
  requestId: Hex,
  { proof, commitment }: JournaledRefutation,
): void {
  database
    .prepare("INSERT INTO refutations VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
    .run(requestId, proofColumn(proof), proof.seconds, commitment);
}

export function selectRefutation(
  database: DatabaseSync,
  requestId: Hex,
): JournaledRefutation | null {
  const found = database.prepare("SELECT * FROM refutations WHERE request_id = ?").get(requestId);
  if (found === undefined) return null;
  const { proof, seconds, commitment } = refutationRow.parse(found);
  return { proof: { ...parseProof(proof), seconds }, commitment };
}

/** Releases are immutable: what was found of a key stays true. */
export function insertJudge(database: DatabaseSync, releaseId: Hex): void {
  database.prepare("INSERT INTO judges VALUES (?) ON CONFLICT DO NOTHING").run(releaseId);
}

export function selectJudges(database: DatabaseSync): ReadonlySet<Hex> {
  const rows = database.prepare("SELECT release_id FROM judges").all();
  return new Set(rows.map((row) => hex.parse(row["release_id"])));
}
