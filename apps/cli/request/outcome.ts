import type { Deployment } from "../../../scripts/account/deployment.ts";
import { findRequest } from "../../../scripts/account/requestRecord.ts";
import { untilEnded, type RequestOutcome } from "../../../scripts/account/requestOutcome.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { sayJson, sayTable } from "../chain/say.ts";
import { untilInterrupted } from "../interrupt.ts";

const POLL_MS = 500;

/**
 * Waits until a request has ended or its deadline has passed, and tells on the way what happens to it.
 * @throws AccountError RequestUnknown; Interrupted
 */
export async function waitForOutcome(
  deployment: Deployment,
  requestId: Hex,
  print: (line: string) => void,
): Promise<RequestOutcome> {
  const { terms, blockNumber } = await findRequest(deployment, requestId);
  print(`waiting for its end; assay result ${requestId} tells it later too`);
  return untilEnded(deployment, {
    requestId,
    deadline: terms.deadline,
    fromBlock: blockNumber,
    pollMs: POLL_MS,
    signal: untilInterrupted(),
    onStatus: ({ status, output, isFinal }) => {
      if (!isFinal) print(`${status}${output === null ? "" : ` with ${output}, not final`}`);
    },
  });
}

/** Prints what became of a request: rows, or one JSON object with the operator's id as text. */
export function sayOutcome(outcome: RequestOutcome, { json }: { readonly json: boolean }): void {
  const { requestId, status, isFinal, output, operatorId, transactionHash } = outcome;
  if (json) {
    sayJson(outcome);
  } else {
    sayTable([
      ["request", requestId],
      ["status", isFinal ? status : `${status}, not final`],
      ["output", output ?? "none"],
      ...(operatorId === null ? [] : [["operator", operatorId.toString()] as const]),
      ["transaction", transactionHash ?? "none"],
    ]);
    if (status === "Answered") console.log(`Once its window is over: assay finalize ${requestId}`);
    if (status === "Open") console.log(`Once past its deadline: assay expire ${requestId}`);
  }
}
