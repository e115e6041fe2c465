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

/** Gives a request its new assignment and keeps the earlier one; unknown requests are passed over. */
export function updateAssignment(
  database: DatabaseSync,
  reassignment: Reassignment,
  block: Block,
): void {
  const { requestId, operatorId, primaryUntil, agreement, preimage } = reassignment;
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
