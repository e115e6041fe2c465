import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { Block, Reassignment } from "../domain/request.ts";
import { agreementText } from "./agreementColumn.ts";

const earlierRow = z.object({
  request_id: z.string(),
  operator_id: z.string(),
  primary_until: z.number(),
  agreement: z.string().nullable(),
  preimage: z.string(),
});

/** Hex digits of a preimage that are the request, which no reassignment changes: fourteen words. */
const REQUEST_DIGITS = 2 + 14 * 64;

/**
 * Gives a request its new assignment and keeps the earlier one. Unknown requests are passed over, and so is
 * the preimage of another request: an endpoint that shows one would have the node answer that one with this
 * one's output.
 */
export function updateAssignment(
  database: DatabaseSync,
  reassignment: Reassignment,
  block: Block,
): void {
  const { requestId, operatorId, primaryUntil, agreement, preimage } = reassignment;
  const row = database.prepare("SELECT preimage FROM requests WHERE request_id = ?").get(requestId);
  if (row === undefined || !isSameRequest(z.string().parse(row["preimage"]), preimage)) return;
  database
    .prepare(
      `INSERT INTO reassignments
         (request_id, block, operator_id, primary_until, agreement, preimage)
       SELECT request_id, ?, operator_id, primary_until, agreement, preimage FROM requests
       WHERE request_id = ?`,
    )
    .run(block.number, requestId);
  setAssignment(database, requestId, {
    operatorId: operatorId.toString(),
    primaryUntil,
    agreement: agreementText(agreement),
    preimage,
  });
}

function isSameRequest(first: string, second: string): boolean {
  return first.slice(0, REQUEST_DIGITS) === second.slice(0, REQUEST_DIGITS);
}

/** Takes back the assignments of rolled-back blocks, the newest first. */
export function restoreAssignmentsAbove(database: DatabaseSync, number: number): void {
  const rows = database
    .prepare("SELECT * FROM reassignments WHERE block > ? ORDER BY id DESC")
    .all(number);
  for (const row of rows.map((each) => earlierRow.parse(each))) {
    setAssignment(database, row.request_id, {
      operatorId: row.operator_id,
      primaryUntil: row.primary_until,
      agreement: row.agreement,
      preimage: row.preimage,
    });
  }
  database.prepare("DELETE FROM reassignments WHERE block > ?").run(number);
}

function setAssignment(
  database: DatabaseSync,
  requestId: string,
  values: {
    readonly operatorId: string;
    readonly primaryUntil: number;
    readonly agreement: string | null;
    readonly preimage: string;
  },
): void {
  database
    .prepare(
      `UPDATE requests SET operator_id = ?, primary_until = ?, agreement = ?, preimage = ?
       WHERE request_id = ?`,
    )
    .run(values.operatorId, values.primaryUntil, values.agreement, values.preimage, requestId);
}
