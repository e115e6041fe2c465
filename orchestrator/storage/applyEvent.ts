import type { DatabaseSync } from "node:sqlite";

import type { Block, ChainEvent } from "../domain/request.ts";
import { insertAnswer, insertChallenge, insertCommitment } from "./disputeTable.ts";
import { updateAssignment } from "./reassignmentTable.ts";
import { updateEnding, upsertRequest } from "./requestTable.ts";
import { insertRevocation } from "./revocationTable.ts";

/** Journals what one event says; `now` is in milliseconds since 1970. */
export function applyEvent(
  database: DatabaseSync,
  event: ChainEvent,
  { block, now }: { readonly block: Block; readonly now: number },
): void {
  switch (event.kind) {
    case "requested":
      upsertRequest(database, { request: event.request, block, now });
      break;
    case "reassigned":
      updateAssignment(database, event.reassignment, block);
      break;
    case "answered":
      insertAnswer(database, event.answer, block);
      break;
    case "challenged":
      insertChallenge(database, event.challenge, block);
      break;
    case "committed":
      insertCommitment(database, event.commitment, block);
      break;
    case "revoked":
      insertRevocation(database, event.verifierId, block);
      break;
    case "ended": {
      const { requestId, status, transactionHash } = event;
      updateEnding(database, { requestId, ending: { status, transactionHash, block }, now });
    }
  }
}
