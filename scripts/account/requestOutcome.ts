import { setTimeout as delay } from "node:timers/promises";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import type { Deployment } from "./deployment.ts";
import { findEvents } from "./logs.ts";
import { newestBlock, view } from "./transact.ts";

/** In the order of the enum in Solidity; the last four are terminal. */
export const REQUEST_STATUSES = [
  "None",
  "Open",
  "Answered",
  "Challenged",
  "Finalized",
  "Failed",
  "Expired",
  "Overturned",
] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];
const TERMINAL: readonly RequestStatus[] = ["Finalized", "Failed", "Expired", "Overturned"];

/** With these the newest output is one that was proven, or that stands. */
const WITH_OUTPUT: readonly RequestStatus[] = ["Answered", "Challenged", "Finalized", "Overturned"];
/** Events whose operator is paid for their output. */
const PAYING: readonly string[] = ["RequestFulfilled", "RequestAnswered"];

/** What became of a request so far. */
export interface RequestOutcome {
  readonly requestId: Hex;
  readonly status: RequestStatus;
  /** Whether nothing of it can change any more. */
  readonly isFinal: boolean;
  /** The newest output; null without one, also if an answer fell without a right one. */
  readonly output: Hex | null;
  /** Operator who is paid for it; null if nobody is. */
  readonly operatorId: bigint | null;
  /** Newest transaction that did something to the request. */
  readonly transactionHash: string | null;
}

/**
 * What became of a request; `None` if this deployment does not know it.
 * @param fromBlock of the request, or an earlier one
 * @throws AccountError ChainRefused
 */
export async function outcomeOf(
  deployment: Deployment,
  requestId: Hex,
  fromBlock = deployment.startBlock,
): Promise<RequestOutcome> {
  const { coordinator } = deployment;
  const status = await statusOf(deployment, requestId);
  const events = await findEvents(coordinator, { topics: [null, requestId], fromBlock });
  const newest = events.findLast(({ fields }) => fieldOf(fields, "output") !== undefined);
  const output = newest === undefined ? "0x" : fieldOf(newest.fields, "output");
  const hasOutput = newest !== undefined && output !== "0x" && WITH_OUTPUT.includes(status);
  const isPaid = hasOutput && PAYING.includes(newest.name);
  return {
    requestId,
    status,
    isFinal: TERMINAL.includes(status),
    output: hasOutput ? (output as Hex) : null,
    operatorId: isPaid ? (fieldOf(newest.fields, "operatorId") as bigint) : null,
    transactionHash: events.at(-1)?.transactionHash ?? null,
  };
}

/** `None` if this deployment does not know the request. @throws AccountError ChainRefused */
export async function statusOf(
  { coordinator }: Deployment,
  requestId: Hex,
): Promise<RequestStatus> {
  const number = Number(await view(coordinator, "requestStatus", [requestId]));
  return REQUEST_STATUSES[number] ?? "None";
}

/**
 * Waits until a request has ended, or its deadline has passed without an answer.
 * @param waiting.onStatus is told each status as it is reached
 * @throws the signal's reason when it aborts; AccountError ChainRefused
 */
export async function untilEnded(
  deployment: Deployment,
  waiting: {
    readonly requestId: Hex;
    readonly deadline: bigint;
    readonly fromBlock: number;
    readonly pollMs: number;
    readonly signal: AbortSignal;
    readonly onStatus: (outcome: RequestOutcome) => void;
  },
): Promise<RequestOutcome> {
  const { requestId, deadline, fromBlock, pollMs, signal, onStatus } = waiting;
  let last: RequestStatus = "Open";
  for (;;) {
    signal.throwIfAborted();
    const status = await statusOf(deployment, requestId);
    if (status !== last) onStatus(await outcomeOf(deployment, requestId, fromBlock));
    last = status;
    const isOver =
      status === "Open" && BigInt((await newestBlock(deployment.provider)).timestamp) >= deadline;
    if (TERMINAL.includes(status) || isOver) return outcomeOf(deployment, requestId, fromBlock);
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Undefined for an event without such a field, where ethers throws. */
function fieldOf(fields: { toObject(): Record<string, unknown> }, name: string): unknown {
  return fields.toObject()[name];
}
