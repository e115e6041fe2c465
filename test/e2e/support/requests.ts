import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import { Contract, Interface, Wallet } from "ethers";

import type { RequestReport } from "../../../orchestrator/domain/nodeApi.ts";
import type { Hex } from "../../../orchestrator/domain/ports.ts";
import { digitReaderAbi } from "../../../sdk/protocol/abi/digitReader.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { showDigits, type SentRequest } from "../../../scripts/demo/digitRequests.ts";
import type { Bench } from "./bench.ts";

const coordinator = new Interface(inferenceCoordinatorAbi);

/** Asks the `DigitReader` to read held-out images, and waits until the requests are mined. */
export async function ask(
  bench: Bench,
  indices: readonly number[],
): Promise<readonly SentRequest[]> {
  const digits = indices.map((index) => {
    const image = bench.images[index];
    if (image === undefined) throw new Error(`there is no image ${index}`);
    return { releaseId: bench.releaseId, image };
  });
  return showDigits(bench.network, digits);
}

/** As `ask`, for one image. */
export async function askOne(bench: Bench, index: number): Promise<SentRequest> {
  const [sent] = await ask(bench, [index]);
  if (sent === undefined) throw new Error("nothing was sent");
  return sent;
}

/** Transactions that fulfilled the request on the present chain. */
export async function fulfilments(bench: Bench, requestId: Hex): Promise<readonly string[]> {
  const { network } = bench;
  const topic = coordinator.getEvent("RequestFulfilled")?.topicHash ?? "";
  const logs = await network.provider.getLogs({
    address: network.addresses.coordinator,
    topics: [topic, requestId],
    fromBlock: 0,
    toBlock: "latest",
  });
  return logs.map((log) => log.transactionHash);
}

/** The digit the consumer was told; null before its callback. */
export async function readingOf(bench: Bench, requestId: Hex): Promise<number | null> {
  const { digitReader, provider } = bench.network;
  const reader = new Contract(digitReader, digitReaderAbi, provider);
  const reading = (await reader.getFunction("readingOf")(requestId)) as {
    readonly isRead: boolean;
    readonly digit: bigint;
  };
  return reading.isRead ? Number(reading.digit) : null;
}

/** Waits until the request is settled; fails with the node's own reason why it is not. */
export async function untilSettled(bench: Bench, requestId: Hex, withinMs = 60_000): Promise<void> {
  const end = Date.now() + withinMs;
  while ((await fulfilments(bench, requestId)).length === 0) {
    if (Date.now() > end) {
      const report = await reportOf(bench, requestId).catch(String);
      throw new Error(`not settled within ${withinMs} ms: ${JSON.stringify(report)}`);
    }
    await delay(50);
  }
}

/** Settled once, the right digit told, and not one transaction of the sender beside those. */
export async function assertSettledOnce(
  bench: Bench,
  requests: readonly { readonly requestId: Hex; readonly index: number }[],
): Promise<void> {
  const transactions = new Set<string>();
  for (const { requestId, index } of requests) {
    const found = await fulfilments(bench, requestId);
    assert.equal(found.length, 1, "fulfilled exactly once");
    for (const hash of found) transactions.add(hash);
    assert.equal(await readingOf(bench, requestId), bench.labels[index]);
  }
  const { address } = new Wallet(bench.network.senderKey);
  const sent = await bench.network.provider.getTransactionCount(address);
  assert.equal(sent, transactions.size, "no transaction of the sender beside those");
}

/**
 * Waits for a report of which `isMeant` holds: a node's journal follows the chain by a moment.
 *
 * @param input.what named in the error, beside the last report
 */
export async function untilReport(
  place: Pick<Bench, "nodeUrl">,
  requestId: Hex,
  input: { readonly isMeant: (report: RequestReport) => boolean; readonly what: string },
): Promise<RequestReport> {
  const end = Date.now() + 60_000;
  for (;;) {
    // Not known before the node has read its block.
    const report = await reportOf(place, requestId).catch(String);
    if (typeof report !== "string" && input.isMeant(report)) return report;
    if (Date.now() > end) throw new Error(`not yet: ${input.what}: ${JSON.stringify(report)}`);
    await delay(50);
  }
}

/** Waits until the node's sentence about the request is this one. */
export function untilWhy(
  place: Pick<Bench, "nodeUrl">,
  requestId: Hex,
  sentence: RegExp,
): Promise<RequestReport> {
  const isMeant = ({ why }: RequestReport) => sentence.test(why);
  return untilReport(place, requestId, { isMeant, what: sentence.source });
}

/** The node's answer to "why is it still pending". */
export async function reportOf(
  { nodeUrl }: Pick<Bench, "nodeUrl">,
  requestId: Hex,
): Promise<RequestReport> {
  const response = await fetch(`${nodeUrl}/v1/requests/${requestId}`);
  if (response.status !== 200) throw new Error(`no report: ${response.status}`);
  return (await response.json()) as RequestReport;
}
