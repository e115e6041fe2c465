import { finalizationBatches, proofBatches } from "../domain/batching.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { RequestProgress } from "../domain/request.ts";
import type { Purpose } from "../domain/transaction.ts";
import type { Intent } from "./transmitter.ts";

type History = Pick<Journal, "transactionsOf">;

/** Several at once in one transaction; what a batch could not make final is tried by itself. */
export function finalizations(
  journal: History,
  requests: readonly RequestProgress[],
): readonly Intent[] {
  const { fresh, tried } = byHistory(journal, requests, "finalizeMany");
  return [...tried, ...finalizationBatches(fresh)].flatMap((batch) =>
    intentOf(batch, { one: "finalize", many: "finalizeMany" }),
  );
}

/** The same of answers with their proofs: what a batch did not settle is tried by itself. */
export function fulfilments(
  journal: History,
  requests: readonly RequestProgress[],
): readonly Intent[] {
  const { fresh, tried } = byHistory(journal, requests, "fulfillBatch");
  return [...tried, ...proofBatches(fresh)].flatMap((batch) =>
    intentOf(batch, { one: "fulfill", many: "fulfillBatch" }),
  );
}

/** Both halves of a batch that the contract refuses as a whole: one of them holds what is wrong with it. */
export function halvesOf({ requestId, otherIds = [] }: Intent): readonly Intent[] {
  const ids = [requestId, ...otherIds];
  const middle = Math.ceil(ids.length / 2);
  const purposes = { one: "fulfill", many: "fulfillBatch" } as const;
  return [ids.slice(0, middle), ids.slice(middle)].flatMap((half) =>
    intentOf(
      half.map((id) => ({ requestId: id })),
      purposes,
    ),
  );
}

function byHistory(journal: History, requests: readonly RequestProgress[], purpose: Purpose) {
  const wasBatched = ({ requestId }: RequestProgress) =>
    journal.transactionsOf(requestId).some((row) => row.purpose === purpose);
  return {
    tried: requests.filter(wasBatched).map((request) => [request]),
    fresh: requests.filter((request) => !wasBatched(request)),
  };
}

function intentOf(
  [first, ...others]: readonly Pick<RequestProgress, "requestId">[],
  purposes: { readonly one: Purpose; readonly many: Purpose },
): readonly Intent[] {
  if (first === undefined) return [];
  const { requestId } = first;
  const purpose = others.length === 0 ? purposes.one : purposes.many;
  return [{ requestId, otherIds: others.map((each) => each.requestId), purpose, reason: null }];
}
