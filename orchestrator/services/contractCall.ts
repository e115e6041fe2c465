import type { ContractCall, Journal } from "../domain/nodePorts.ts";
import type { Hex } from "../domain/ports.ts";
import type { Purpose } from "../domain/transaction.ts";

/** The call as the journal would make it now; null if the request no longer needs or allows it. */
export function contractCallOf(
  journal: Pick<Journal, "request" | "output" | "proof">,
  operatorId: bigint,
  { requestId, purpose }: { readonly requestId: Hex; readonly purpose: Purpose },
): ContractCall | null {
  const request = journal.request(requestId);
  if (request === null || request.seen === null || request.ending !== null) return null;
  if (purpose === "noteBaseFee") return { purpose };
  if (purpose !== "fulfill") return { purpose, request };
  const { output } = journal.output(requestId) ?? { output: null };
  const proof = journal.proof(requestId);
  if (output === null || proof === null) return null;
  return { purpose, request, output, proof, payee: operatorId };
}
