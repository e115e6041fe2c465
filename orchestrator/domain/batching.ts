import type { RequestProgress } from "./request.ts";

/** Below the 16.7 million that a transaction may use, by more than the contract wants left for an item. */
const MOST_GAS = 12_000_000;
/** Below the 128 kB from which mempools take no transaction. */
const MOST_BYTES = 100_000;
const ITEM_GAS = 200_000;
/** What the contract wants left for each proof when it checks them, more than one takes. */
const PROOF_ITEM_GAS = 300_000;
const GAS_PER_BYTE = 40;
/** Request, assignment and proof or record, as the contract takes them. */
const ITEM_BYTES = 2_000;

interface Size {
  readonly gas: number;
  readonly bytes: number;
}

/** Cuts answers that are to become final, in their order, into batches that one transaction can take. */
export function finalizationBatches(
  requests: readonly RequestProgress[],
): readonly (readonly RequestProgress[])[] {
  return cut(requests, ({ agreement }) => {
    const { callbackGas = 0, outputLength = 0 } = agreement ?? {};
    return sizeOf({ fixedGas: ITEM_GAS, callbackGas, payloadLength: outputLength });
  });
}

/**
 * The same for answers with their proofs. Those that are ready at the same time go together: from two on
 * each costs less than by itself, the more the less, and none waits for another to come. What fees or
 * load hold back is ready together afterwards.
 */
export function proofBatches(
  requests: readonly RequestProgress[],
): readonly (readonly RequestProgress[])[] {
  return cut(requests, ({ agreement, inputLength }) => {
    const { callbackGas = 0, outputLength = 0 } = agreement ?? {};
    const payloadLength = inputLength + outputLength;
    return sizeOf({ fixedGas: PROOF_ITEM_GAS, callbackGas, payloadLength });
  });
}

function sizeOf(item: {
  readonly fixedGas: number;
  readonly callbackGas: number;
  readonly payloadLength: number;
}): Size {
  const { fixedGas, callbackGas, payloadLength } = item;
  return {
    gas: fixedGas + (callbackGas * 65) / 63 + GAS_PER_BYTE * payloadLength,
    bytes: ITEM_BYTES + payloadLength,
  };
}

function cut(
  requests: readonly RequestProgress[],
  measure: (request: RequestProgress) => Size,
): readonly (readonly RequestProgress[])[] {
  const batches: RequestProgress[][] = [];
  let room: Size = { gas: 0, bytes: 0 };
  for (const request of requests) {
    const { gas, bytes } = measure(request);
    const last = batches.at(-1);
    if (last === undefined || gas > room.gas || bytes > room.bytes) {
      batches.push([request]);
      room = { gas: MOST_GAS - gas, bytes: MOST_BYTES - bytes };
    } else {
      last.push(request);
      room = { gas: room.gas - gas, bytes: room.bytes - bytes };
    }
  }
  return batches;
}
