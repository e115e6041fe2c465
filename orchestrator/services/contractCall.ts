import type { ContractCall, Finalization, Fulfilment } from "../domain/contractCall.ts";
import type { Journal } from "../domain/nodePorts.ts";
import { overturnSalt } from "../domain/overturnSalt.ts";
import type { Hex } from "../domain/ports.ts";
import type { JournaledRequest } from "../domain/request.ts";
import type { Purpose } from "../domain/transaction.ts";

export interface CallContext {
  readonly journal: Pick<Journal, "request" | "output" | "proof" | "answer" | "refutation">;
  readonly operatorId: bigint;
  readonly sender: Hex;
  /** What hides this node's commitments. */
  readonly secret: string;
}

interface Wanted {
  readonly requestId: Hex;
  readonly otherIds?: readonly Hex[];
  readonly purpose: Purpose;
}

/** The call as the journal would make it now; null if the request no longer needs or allows it. */
export function contractCallOf(context: CallContext, wanted: Wanted): ContractCall | null {
  const { requestId, otherIds = [], purpose } = wanted;
  if (purpose === "finalizeMany") return finalizations(context, [requestId, ...otherIds]);
  if (purpose === "fulfillBatch") return fulfilments(context, [requestId, ...otherIds]);
  const request = unfinished(context, requestId);
  if (request === null) return null;
  switch (purpose) {
    case "noteBaseFee":
      return { purpose };
    case "decline":
    case "expire":
    case "fail":
      return request.answer === null ? { purpose, request } : null;
    case "fulfill": {
      const answer = fulfilment(context, requestId);
      return answer === null ? null : { purpose, ...answer };
    }
    default:
      return disputeCall(context, request, purpose);
  }
}

/** A request whose end the journal does not know. */
function unfinished({ journal }: CallContext, requestId: Hex): JournaledRequest | null {
  const request = journal.request(requestId);
  return request === null || request.seen === null || request.ending !== null ? null : request;
}

function fulfilments(context: CallContext, ids: readonly Hex[]): ContractCall | null {
  const items = ids.map((id) => fulfilment(context, id)).filter((item) => item !== null);
  return items.length === 0 ? null : { purpose: "fulfillBatch", items };
}

/** Null unless the request still wants an answer and everything for it is there. */
function fulfilment(context: CallContext, requestId: Hex): Fulfilment | null {
  const { journal, operatorId: payee } = context;
  const request = unfinished(context, requestId);
  if (request === null || request.answer !== null) return null;
  const { level } = request;
  const { output } = journal.output(requestId) ?? { output: null };
  const proof = level === "Optimistic" ? null : journal.proof(requestId);
  if (output === null || (proof === null && level !== "Optimistic")) return null;
  return { request, output, proof, payee };
}

function finalizations(context: CallContext, ids: readonly Hex[]): ContractCall | null {
  const items = ids.map((id) => finalization(context, id)).filter((item) => item !== null);
  return items.length === 0 ? null : { purpose: "finalizeMany", items };
}

function finalization(context: CallContext, requestId: Hex): Finalization | null {
  const request = unfinished(context, requestId);
  const answer = context.journal.answer(requestId);
  if (request === null || answer === null) return null;
  return { request, ...answer, callbackGas: request.agreement?.callbackGas ?? 0 };
}

function disputeCall(
  context: CallContext,
  request: JournaledRequest,
  purpose: Exclude<
    Purpose,
    "noteBaseFee" | "decline" | "expire" | "fail" | "fulfill" | "fulfillBatch" | "finalizeMany"
  >,
): ContractCall | null {
  const { requestId } = request;
  const answer = context.journal.answer(requestId);
  if (answer === null) return null;
  const { record } = answer;
  switch (purpose) {
    case "finalize": {
      const item = finalization(context, requestId);
      return item === null ? null : { purpose, ...item };
    }
    case "failAnswered":
    case "challenge":
    case "closeChallenge":
      return { purpose, request, record };
    case "escalate": {
      const proof = context.journal.proof(requestId);
      if (proof === null) return null;
      return { purpose, request, record, output: answer.output, proof, payee: context.operatorId };
    }
    case "commitOverturn":
    case "overturn":
      return overturnCall(context, { request, record, purpose });
  }
}

function overturnCall(
  { journal, sender, secret }: CallContext,
  input: {
    readonly request: JournaledRequest;
    readonly record: string;
    readonly purpose: "commitOverturn" | "overturn";
  },
): ContractCall | null {
  const { request, record, purpose } = input;
  const { requestId } = request;
  const refutation = journal.refutation(requestId);
  const { output } = journal.output(requestId) ?? { output: null };
  if (refutation === null || output === null) return null;
  const { proof, commitment } = refutation;
  if (purpose === "commitOverturn") return { purpose, commitment };
  const salt = overturnSalt(requestId, secret);
  return { purpose, request, record, output, proof, payee: BigInt(sender), salt };
}
