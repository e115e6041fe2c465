import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { Hex } from "../domain/ports.ts";
import type {
  Block,
  BlockRef,
  Ending,
  Failure,
  JournaledRequest,
  OpenRequest,
  RequestProgress,
  StandingAnswer,
} from "../domain/request.ts";
import { agreementColumn, agreementText } from "./agreementColumn.ts";
import { decimal, hex } from "./columns.ts";

/** What every row tells beside the request's bytes. */
const PROGRESS = `
  requests.request_id, release_id, level, requester, requests.operator_id,
    length(input) AS input_length, primary_until, deadline, agreement, journaled_at, seen_at,
    seen_block, seen_hash, end_block, end_hash, end_status, end_transaction,
    failure_code, failure_message, failure_stage,
    outputs.output IS NOT NULL AS has_output,
    EXISTS (SELECT 1 FROM proofs WHERE proofs.request_id = requests.request_id) AS has_proof,
    answers.operator_id AS answer_operator_id, challenger, since, until,
    answers.output = outputs.output AS is_right, is_same,
    refutations.commitment, commitments.block AS committed_in,
    (${openTransaction("TRUE")}) AS transaction_id,
    (${openTransaction("(receipt_block IS NULL OR receipt_block > (SELECT max(number) FROM blocks))")})
      AS in_flight_id`;

const JOINED = `
  requests
    LEFT JOIN outputs ON outputs.request_id = requests.request_id
    LEFT JOIN answers ON answers.id =
      (SELECT max(id) FROM answers AS each WHERE each.request_id = requests.request_id)
    LEFT JOIN confirmations ON confirmations.request_id = requests.request_id
    LEFT JOIN refutations ON refutations.request_id = requests.request_id
    LEFT JOIN commitments ON commitments.commitment = refutations.commitment`;

/** A transaction about the request, in its own right or in a batch, that is not done. */
function openTransaction(condition: string): string {
  return `SELECT id FROM transactions
    WHERE (transactions.request_id = requests.request_id OR id IN
        (SELECT transaction_id FROM batches WHERE batches.request_id = requests.request_id))
      AND state IN ('Signed', 'Mined') AND purpose <> 'noteBaseFee' AND ${condition} LIMIT 1`;
}

const progressRow = z.object({
  request_id: hex,
  release_id: hex,
  level: z.enum(["Optimistic", "Tee", "Zk"]),
  requester: hex,
  operator_id: decimal,
  input_length: z.number(),
  primary_until: z.number(),
  deadline: z.number(),
  agreement: agreementColumn,
  journaled_at: z.number(),
  seen_at: z.number(),
  seen_block: z.number().nullable(),
  seen_hash: hex.nullable(),
  end_block: z.number().nullable(),
  end_hash: hex.nullable(),
  end_status: z.enum(["Finalized", "Failed", "Expired", "Overturned"]).nullable(),
  end_transaction: hex.nullable(),
  failure_code: z.string().nullable(),
  failure_message: z.string().nullable(),
  failure_stage: z.enum(["infer", "prove", "refute", "confirm", "fulfill"]).nullable(),
  has_output: z.number(),
  has_proof: z.number(),
  answer_operator_id: decimal.nullable(),
  challenger: hex.nullable(),
  since: z.number().nullable(),
  until: z.number().nullable(),
  is_right: z.number().nullable(),
  is_same: z.number().nullable(),
  commitment: hex.nullable(),
  committed_in: z.number().nullable(),
  transaction_id: z.number().nullable(),
  in_flight_id: z.number().nullable(),
});

const requestRow = progressRow.extend({
  input: z.instanceof(Uint8Array),
  preimage: z.string(),
});

type ProgressRow = z.infer<typeof progressRow>;

export function selectRequest(database: DatabaseSync, requestId: Hex): JournaledRequest | null {
  const select = `SELECT ${PROGRESS}, input, preimage FROM ${JOINED} WHERE requests.request_id = ?`;
  const found = database.prepare(select).get(requestId);
  if (found === undefined) return null;
  const row = requestRow.parse(found);
  return { ...toProgress(row), input: row.input, preimage: row.preimage };
}

export function selectUnfinished(database: DatabaseSync): readonly RequestProgress[] {
  const where = "WHERE end_block IS NULL ORDER BY journaled_at, requests.rowid";
  const rows = database.prepare(`SELECT ${PROGRESS} FROM ${JOINED} ${where}`).all();
  return rows.map((row) => toProgress(progressRow.parse(row)));
}

/** Inserts a request, or, when a re-org moved it, takes over what its new event says. */
export function upsertRequest(
  database: DatabaseSync,
  entry: { readonly request: OpenRequest; readonly block: Block; readonly now: number },
): void {
  const { request, block } = entry;
  database
    .prepare(
      `INSERT INTO requests (request_id, release_id, level, requester, operator_id, input,
         primary_until, deadline, agreement, preimage, journaled_at, seen_at, seen_block, seen_hash)
       VALUES (:id, :release, :level, :requester, :operator, :input, :primaryUntil, :deadline,
         :agreement, :preimage, :now, :now, :block, :hash)
       ON CONFLICT (request_id) DO UPDATE SET operator_id = :operator,
         primary_until = :primaryUntil, deadline = :deadline, agreement = :agreement,
         preimage = :preimage, seen_at = :now, seen_block = :block, seen_hash = :hash, failure_code = NULL,
         failure_message = NULL, failure_stage = NULL`,
    )
    .run({
      id: request.requestId,
      release: request.releaseId,
      level: request.level,
      requester: request.requester,
      operator: request.operatorId.toString(),
      input: request.input,
      primaryUntil: request.primaryUntil,
      deadline: request.deadline,
      agreement: agreementText(request.agreement),
      preimage: request.preimage,
      now: entry.now,
      block: block.number,
      hash: block.hash,
    });
}

export function updateEnding(
  database: DatabaseSync,
  entry: { readonly requestId: Hex; readonly ending: Ending; readonly now: number },
): void {
  const { requestId, ending, now } = entry;
  const { status, transactionHash, block } = ending;
  database
    .prepare(
      `UPDATE requests SET end_status = ?, end_transaction = ?, end_block = ?, end_hash = ?,
         ended_at = ? WHERE request_id = ?`,
    )
    .run(status, transactionHash, block.number, block.hash, now, requestId);
}

export function updateFailure(database: DatabaseSync, requestId: Hex, failure: Failure): void {
  database
    .prepare(
      `UPDATE requests SET failure_code = ?, failure_message = ?, failure_stage = ?
       WHERE request_id = ?`,
    )
    .run(failure.code, failure.message, failure.stage, requestId);
}

/** Takes back what rolled-back blocks said: requests are unseen, endings undone. */
export function unseeAbove(database: DatabaseSync, number: number): void {
  database
    .prepare("UPDATE requests SET seen_block = NULL, seen_hash = NULL WHERE seen_block > ?")
    .run(number);
  database
    .prepare(
      `UPDATE requests SET end_status = NULL, end_transaction = NULL, end_block = NULL,
         end_hash = NULL, ended_at = NULL WHERE end_block > ?`,
    )
    .run(number);
}

function toProgress(row: ProgressRow): RequestProgress {
  return {
    requestId: row.request_id,
    releaseId: row.release_id,
    level: row.level,
    requester: row.requester,
    operatorId: row.operator_id,
    inputLength: row.input_length,
    primaryUntil: row.primary_until,
    deadline: row.deadline,
    agreement: row.agreement,
    journaledAt: row.journaled_at,
    seenAt: row.seen_at,
    seen: toBlockRef(row.seen_block, row.seen_hash),
    ending: toEnding(row),
    failure: toFailure(row),
    hasOutput: row.has_output === 1,
    hasProof: row.has_proof === 1,
    answer: toAnswer(row),
    isConfirmed: toBoolean(row.is_same),
    refutation: row.commitment === null ? null : { committedIn: row.committed_in },
    transactionId: row.transaction_id,
    inFlightId: row.in_flight_id,
  };
}

function toBlockRef(number: number | null, hash: Hex | null): BlockRef | null {
  return number === null || hash === null ? null : { number, hash };
}

function toAnswer(row: ProgressRow): StandingAnswer | null {
  const { answer_operator_id: operatorId, challenger, since, until } = row;
  if (operatorId === null || since === null || until === null) return null;
  return { operatorId, challenger, since, until, isRight: toBoolean(row.is_right) };
}

function toBoolean(value: number | null): boolean | null {
  return value === null ? null : value === 1;
}

function toEnding(row: ProgressRow): Ending | null {
  const block = toBlockRef(row.end_block, row.end_hash);
  if (block === null || row.end_status === null || row.end_transaction === null) return null;
  return { status: row.end_status, transactionHash: row.end_transaction, block };
}

function toFailure(row: ProgressRow): Failure | null {
  const { failure_code: code, failure_message: message, failure_stage: stage } = row;
  return code === null || message === null || stage === null ? null : { code, message, stage };
}
