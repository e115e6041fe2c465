import type { ContractCall, Evidence, Finalization, Fulfilment } from "../domain/contractCall.ts";
import type { JournaledProof } from "../domain/journaled.ts";
import type { Hex } from "../domain/ports.ts";
import { coordinator, decodePreimage, decodeRecord, releaseIdOf } from "./coordinator.ts";
import { rpcHex } from "./rpcSchemas.ts";

/** A call of the coordinator. */
export type CoordinatorCall = Exclude<ContractCall, { readonly purpose: "noteBaseFee" }>;

/** Calldata of a call of the coordinator. */
export function encodeCall(call: CoordinatorCall): Hex {
  return rpcHex.parse(coordinator.encodeFunctionData(call.purpose, valuesOf(call)));
}

/** Calldata of what asking for a proof of that request's answer costs. */
export function encodeChallengeBondOf(preimage: string): Hex {
  const releaseId = releaseIdOf(preimage);
  return rpcHex.parse(coordinator.encodeFunctionData("challengeBondOf", [releaseId]));
}

function valuesOf(call: CoordinatorCall): readonly unknown[] {
  switch (call.purpose) {
    case "fulfill":
      return fulfilmentOf(call);
    case "fulfillBatch":
      return [call.items.map(fulfilmentOf)];
    case "decline":
    case "expire":
    case "fail":
      return decodePreimage(call.request.preimage);
    case "finalize":
      return [...standingOf(call), call.output];
    case "finalizeMany":
      return [call.items.map(itemOf)];
    case "escalate":
      return [...standingOf(call), answerOf(call)];
    case "failAnswered":
    case "closeChallenge":
    case "challenge":
      return standingOf(call);
    case "commitOverturn":
      return [call.commitment];
    case "overturn":
      return [...standingOf(call), answerOf(call), call.salt];
  }
}

function fulfilmentOf(item: Fulfilment): readonly unknown[] {
  return [...decodePreimage(item.request.preimage), answerOf(item)];
}

function standingOf(standing: Pick<Finalization, "request" | "record">): readonly unknown[] {
  return [...decodePreimage(standing.request.preimage), decodeRecord(standing.record)];
}

function itemOf(item: Finalization): readonly unknown[] {
  return [...standingOf(item), item.output];
}

/** Where the answer itself is the evidence, the contract does not look at the input. */
function answerOf({
  request,
  output,
  proof,
  payee,
}: Evidence & { readonly request: { readonly input: Uint8Array } }) {
  if (proof === null) return { payee, input: "0x", output, evidence: "0x" };
  return { payee, input: request.input, output, evidence: encodeEvidence(proof) };
}

/** h, A, B, C; coordinates of G2 imaginary part first, as the precompiles read them. */
export function encodeEvidence({
  proof,
  commitment,
}: Pick<JournaledProof, "proof" | "commitment">): Hex {
  const { a, b, c } = proof;
  const [[xReal, xImaginary], [yReal, yImaginary]] = b;
  const words = [commitment, ...a, xImaginary, xReal, yImaginary, yReal, ...c];
  return `0x${words.map((word) => word.toString(16).padStart(64, "0")).join("")}`;
}
