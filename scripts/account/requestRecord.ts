import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { requestId as idOf } from "../../sdk/protocol/requestId.ts";
import type { Terms } from "../../sdk/protocol/terms.ts";
import { VERIFICATIONS, type Verification } from "../../sdk/protocol/verification.ts";
import { AccountError } from "./accountError.ts";
import type { Deployment } from "./deployment.ts";
import { findEvents, topicOf, type FoundEvent } from "./logs.ts";

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
  /** Address whose code is the verifying key that proofs of this request are checked with. */
  readonly key: Hex;
  /** Bond behind an optimistic answer, in the asset's smallest unit. */
  readonly bond: bigint;
  /** The tuples `request` and `assignment`, as the coordinator's functions take them. */
  readonly preimage: readonly [request: unknown, assignment: unknown];
  /** The optimistic answer that stands; null without one. */
  readonly answer: StandingAnswer | null;
  readonly blockNumber: number;
}

/** An optimistic answer, as the steps after it are called with. */
export interface StandingAnswer {
  /** The tuple `record`, as the coordinator's functions take it. */
  readonly record: unknown;
  readonly payee: bigint;
  readonly output: Hex;
  /** Second in which it becomes final, or in which a challenge without a proof succeeds. */
  readonly windowEnd: bigint;
  readonly isChallenged: boolean;
}

/** Events that carry the assignment, and those that carry the record of an answer. */
const ASSIGNING: readonly string[] = ["InferenceRequested", "RequestReassigned"];
const ANSWERING: readonly string[] = ["RequestAnswered", "RequestChallenged"];

/**
 * Finds a request by its id. An assignment that was replaced, since its operator declined, is the
 * newest one here, and so is the record of an answer that was challenged: only digests are what the
 * coordinator stores.
 * @throws AccountError RequestUnknown; ChainRefused
 */
export async function findRequest(deployment: Deployment, requestId: Hex): Promise<RequestRecord> {
  const { coordinator, startBlock } = deployment;
  const names = [...ASSIGNING, ...ANSWERING];
  const events = await findEvents(coordinator, {
    topics: [names.map((name) => topicOf(coordinator, name)), requestId],
    fromBlock: startBlock,
  });
  const asked = events.find(({ name }) => name === "InferenceRequested");
  const newest = events.findLast(({ name }) => ASSIGNING.includes(name));
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
    key: assignment.key as Hex,
    bond: assignment.bond as bigint,
    preimage: [request, assignment],
    answer: answerIn(events),
    blockNumber: asked.blockNumber,
  };
}

function answerIn(events: readonly FoundEvent[]): StandingAnswer | null {
  const answered = events.findLast(({ name }) => name === "RequestAnswered");
  const newest = events.findLast(({ name }) => ANSWERING.includes(name));
  if (answered === undefined || newest === undefined) return null;
  const isChallenged = newest.name === "RequestChallenged";
  const record = newest.fields["record"].toObject(true);
  return {
    record,
    payee: record.payee as bigint,
    output: answered.fields["output"] as Hex,
    windowEnd: newest.fields[isChallenged ? "proofDeadline" : "windowEnd"] as bigint,
    isChallenged,
  };
}

function unknown(requestId: Hex): AccountError {
  const message =
    `This deployment knows no request ${requestId}; check the id, and that --start-block is not ` +
    "after it was made.";
  return new AccountError("RequestUnknown", message, { data: { requestId } });
}
