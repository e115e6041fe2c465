import { encodeStatic, keccak, keccakText, type Hex } from "./abiEncoding.ts";
import { termsHash, type Terms } from "./terms.ts";
import { verificationNumber, type Verification } from "./verification.ts";

/** First word of what a request's id hashes. */
export const REQUEST_TAG = keccakText("assay.request.v1");

/** Everything a request's id is made of beside chain and coordinator. */
export interface RequestContent {
  readonly requester: Hex;
  /** Number of requests the requester made before. */
  readonly nonce: bigint;
  readonly releaseId: Hex;
  readonly level: Verification;
  /** keccak256 of the input bytes. */
  readonly inputHash: Hex;
  readonly terms: Terms;
}

/** Id of a request: bound to its content, and to nothing of the block it came in. */
export function requestId(parameters: {
  readonly chainId: bigint;
  readonly coordinator: Hex;
  readonly request: RequestContent;
}): Hex {
  const { chainId, coordinator, request } = parameters;
  return keccak(
    encodeStatic([
      REQUEST_TAG,
      chainId,
      coordinator,
      request.requester,
      request.nonce,
      request.releaseId,
      verificationNumber(request.level),
      request.inputHash,
      termsHash(request.terms),
    ]),
  );
}
