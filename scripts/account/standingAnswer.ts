import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { AccountError } from "./accountError.ts";
import type { Deployment } from "./deployment.ts";
import { statusOf } from "./requestOutcome.ts";
import { findRequest, type RequestRecord, type StandingAnswer } from "./requestRecord.ts";
import { newestBlock } from "./transact.ts";

/** A request whose optimistic answer is not final. */
export interface DisputableRequest extends RequestRecord {
  readonly answer: StandingAnswer;
}

/**
 * Finds a request with an answer that is not final, also if its window is over.
 * @throws AccountError RequestUnknown, AnswerAbsent; ChainRefused
 */
export async function findStanding(
  deployment: Deployment,
  requestId: Hex,
): Promise<DisputableRequest> {
  const request = await findRequest(deployment, requestId);
  const { answer } = request;
  const status = await statusOf(deployment, requestId);
  if (answer !== null && (status === "Answered" || status === "Challenged")) {
    return { ...request, answer };
  }
  const why = answer === null ? "has no optimistic answer" : "has an answer that is final";
  const message =
    `Request ${requestId} ${why}: its status is ${status}. ` +
    `See what became of it: assay result ${requestId}.`;
  throw new AccountError("AnswerAbsent", message, { data: { requestId, status } });
}

/**
 * Before work is done that only counts while the answer's window is open.
 * @throws AccountError WindowOver
 */
export async function requireOpenWindow(
  { provider }: Deployment,
  { requestId, answer: { windowEnd, isChallenged } }: DisputableRequest,
): Promise<void> {
  const { timestamp } = await newestBlock(provider);
  if (BigInt(timestamp) < windowEnd) return;
  const end = new Date(Number(windowEnd) * 1_000).toISOString();
  const next = isChallenged
    ? `its challenge can be closed: assay challenge ${requestId} --close`
    : `nobody can dispute it any more: assay finalize ${requestId}`;
  const message = `The window of request ${requestId} was over at ${end}; ${next}.`;
  throw new AccountError("WindowOver", message, { data: { requestId, windowEnd } });
}
