import { Contract, Interface, type TransactionResponse } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { digitReaderAbi } from "../../sdk/protocol/abi/digitReader.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { termsOf, type Terms } from "../../sdk/protocol/terms.ts";
import type { LocalNetwork } from "./localNetwork.ts";

const CALLBACK_GAS = 100_000n;
/** Who pays for no tip finds no operator while the base fee is low: they would lose by answering. */
const USUAL_TIP = 2_000_000_000n;
/** Far beyond the primary windows of our own releases. */
const SECONDS_TO_ANSWER = 3_600;
const POLL_MS = 50;

/** An image shown to `DigitReader`, and the release that shall read it. */
export interface ShownDigit {
  readonly releaseId: Hex;
  readonly image: readonly number[];
}

export interface SentRequest {
  readonly requestId: Hex;
  readonly gas: number;
  /** When its transaction was handed to the chain, by `performance.now()`. */
  readonly sentAt: number;
}

/** What became of a request. */
export interface EndedRequest {
  readonly requestId: Hex;
  readonly status: "Finalized" | "Expired" | "Failed";
  /** What `DigitReader` was told; null if it was told nothing. */
  readonly answer: number | null;
  readonly gas: number;
  /** When its last transaction was seen, by `performance.now()`. */
  readonly seenAt: number;
}

/** Sends all of these at once, so that they usually share a block, and waits until they are mined. */
export async function showDigits(
  network: LocalNetwork,
  digits: readonly ShownDigit[],
): Promise<readonly SentRequest[]> {
  const reader = new Contract(network.digitReader, digitReaderAbi, network.user);
  const nonce = await network.provider.getTransactionCount(network.user.address, "pending");
  const sending = digits.map(async ({ releaseId, image }, index) => {
    const terms = await termsFor(network, { releaseId, inputLength: image.length });
    const sentAt = performance.now();
    const transaction: TransactionResponse = await reader.getFunction("readDigit")(
      releaseId,
      Uint8Array.from(image),
      terms,
      // The limit is stated: an estimate would be made against another state of the escrow.
      { nonce: nonce + index, gasLimit: 1_000_000n },
    );
    const receipt = await transaction.wait();
    const asked = receipt?.logs
      .map((log) => reader.interface.parseLog(log))
      .find((log) => log?.name === "DigitAsked");
    if (!receipt || !asked) throw new Error(`transaction ${transaction.hash} asked for nothing`);
    return { requestId: asked.args["requestId"] as Hex, gas: Number(receipt.gasUsed), sentAt };
  });
  return Promise.all(sending);
}

/** The fee a request can cost at most, twice over, since a draw may choose another operator. */
async function termsFor(
  network: LocalNetwork,
  release: { readonly releaseId: Hex; readonly inputLength: number },
): Promise<Terms> {
  const coordinator = new Contract(
    network.addresses.coordinator,
    inferenceCoordinatorAbi,
    network.provider,
  );
  const block = await network.provider.getBlock("latest");
  if (block === null) throw new Error("the chain has no blocks");
  const terms = termsOf({
    maxFee: 2n ** 96n,
    deadline: BigInt(block.timestamp + SECONDS_TO_ANSWER),
    callbackGas: CALLBACK_GAS,
    maxGasPrice: 10n * (block.baseFeePerGas ?? 1n) + USUAL_TIP,
  });
  const { releaseId, inputLength } = release;
  const { total } = await coordinator.getFunction("quote")(releaseId, 2n, inputLength, terms);
  return { ...terms, maxFee: total as bigint };
}

const ENDINGS = {
  RequestFulfilled: "Finalized",
  RequestExpired: "Expired",
  RequestFailed: "Failed",
} as const;

/**
 * Yields each of these requests as it ends.
 * @throws DOMException AbortError when the signal aborts before all have ended
 */
export async function* endedRequests(
  network: LocalNetwork,
  requestIds: readonly Hex[],
  signal: AbortSignal,
): AsyncGenerator<EndedRequest> {
  const coordinator = new Interface(inferenceCoordinatorAbi);
  const open = new Set<string>(requestIds);
  let from = network.startBlock;
  while (open.size > 0) {
    signal.throwIfAborted();
    const latest = await network.provider.getBlockNumber();
    if (latest < from) {
      await new Promise((done) => setTimeout(done, POLL_MS));
      continue;
    }
    const range = { fromBlock: from, toBlock: latest };
    const logs = await network.provider.getLogs({
      address: network.addresses.coordinator,
      ...range,
    });
    const seenAt = performance.now();
    for (const log of logs) {
      const event = coordinator.parseLog(log);
      const requestId = event?.args["requestId"] as Hex | undefined;
      if (event === null || requestId === undefined || !isEnding(event.name)) continue;
      if (!open.delete(requestId)) continue;
      const receipt = await network.provider.getTransactionReceipt(log.transactionHash);
      yield {
        requestId,
        status: ENDINGS[event.name],
        answer: await readingOf(network, requestId),
        gas: Number(receipt?.gasUsed ?? 0n),
        seenAt,
      };
    }
    from = latest + 1;
  }
}

function isEnding(name: string): name is keyof typeof ENDINGS {
  return name in ENDINGS;
}

async function readingOf(network: LocalNetwork, requestId: Hex): Promise<number | null> {
  const reader = new Contract(network.digitReader, digitReaderAbi, network.provider);
  const reading = await reader.getFunction("readingOf")(requestId);
  return reading.isRead === true ? Number(reading.digit) : null;
}
