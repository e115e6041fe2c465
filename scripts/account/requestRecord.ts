import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { requestId as idOf } from "../../sdk/protocol/requestId.ts";
import type { Terms } from "../../sdk/protocol/terms.ts";
import { VERIFICATIONS, type Verification } from "../../sdk/protocol/verification.ts";
import { AccountError } from "./accountError.ts";
import type { Deployment } from "./deployment.ts";
import { findEvents, topicOf } from "./logs.ts";

/** What the chain's events tell about a request: all that its later steps are called with. */
export interface RequestRecord {
  readonly requestId: Hex;
  readonly requester: Hex;
  readonly releaseId: Hex;
  readonly level: Verification;
  readonly terms: Terms;
  readonly input: Hex;
  /** Who shall answer now; 0: any bonded operator. */
  readonly operatorId: bigint;
  /** Second from which other operators may answer. */
  readonly primaryUntil: bigint;
  readonly payer: Hex;
  /** The tuples `request` and `assignment`, as the coordinator's functions take them. */
  readonly preimage: readonly [request: unknown, assignment: unknown];
  readonly blockNumber: number;
}

/**
 * Finds a request by its id. An assignment that was replaced, since its operator declined, is the
 * newest one here: only its digest is what the coordinator stores.
 * @throws AccountError RequestUnknown; ChainRefused
 */
export async function findRequest(deployment: Deployment, requestId: Hex): Promise<RequestRecord> {
  const { coordinator, startBlock } = deployment;
  const names = ["InferenceRequested", "RequestReassigned"];
  const events = await findEvents(coordinator, {
    topics: [names.map((name) => topicOf(coordinator, name)), requestId],
    fromBlock: startBlock,
  });
  const asked = events.find(({ name }) => name === "InferenceRequested");
  const newest = events.at(-1);
  if (asked === undefined || newest === undefined) throw unknown(requestId);

  // Plain objects: what ethers decodes cannot be handed in again.
  const request = asked.fields["request"].toObject(true);
  const assignment = newest.fields["assignment"].toObject(true);
  const level = VERIFICATIONS[Number(request.level)];
  if (level === undefined) throw unknown(requestId);
  const content = {
    requester: request.requester as Hex,
    nonce: request.nonce as bigint,
    releaseId: request.releaseId as Hex,
    level,
    inputHash: request.inputHash as Hex,
    terms: request.terms as Terms,
  };
  const place = {
    chainId: deployment.chainId,
    coordinator: (await coordinator.getAddress()) as Hex,
  };
  // An endpoint that made it up shall not cost gas.
  if (idOf({ ...place, request: content }) !== requestId) throw unknown(requestId);
  return {
    requestId,
    requester: content.requester,
    releaseId: content.releaseId,
    level,
    terms: content.terms,
    input: asked.fields["input"] as Hex,
    operatorId: assignment.operatorId as bigint,
    primaryUntil: assignment.primaryUntil as bigint,
    payer: assignment.payer as Hex,
    preimage: [request, assignment],
    blockNumber: asked.blockNumber,
  };
}

function unknown(requestId: Hex): AccountError {
  const message =
    `This deployment knows no request ${requestId}; check the id, and that --start-block is not ` +
    "after it was made.";
  return new AccountError("RequestUnknown", message, { data: { requestId } });
}
