import type { RequestProgress } from "./request.ts";

/** Below the 16.7 million that a transaction may use, by more than the contract wants left for an item. */
const MOST_GAS = 12_000_000;
const ITEM_GAS = 200_000;
const GAS_PER_BYTE = 40;

/** Cuts requests, in their order, into batches whose items one transaction has gas for. */
export function batchesOf(
  requests: readonly RequestProgress[],
): readonly (readonly RequestProgress[])[] {
  const batches: RequestProgress[][] = [];
  let room = 0;
  for (const request of requests) {
    const gas = itemGas(request);
    const last = batches.at(-1);
    if (last === undefined || gas > room) {
      batches.push([request]);
      room = MOST_GAS - gas;
    } else {
      last.push(request);
      room -= gas;
    }
  }
  return batches;
}

function itemGas({ agreement }: RequestProgress): number {
  const { callbackGas = 0, outputLength = 0 } = agreement ?? {};
  return ITEM_GAS + (callbackGas * 65) / 63 + GAS_PER_BYTE * outputLength;
}
