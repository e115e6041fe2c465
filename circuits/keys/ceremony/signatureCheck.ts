import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { CeremonyTranscript } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { signerOf } from "../../../sdk/protocol/contributorSignature.ts";

/** That a contributor signed for his contribution to a key. */
export interface SignatureClaim {
  /** In lower case. */
  readonly contributor: Hex;
  readonly signature: Hex;
  readonly keyId: Hex;
  readonly contributionHash: Hex;
  /** What is signed: EIP-712, of the two above. */
  readonly digest: Hex;
  /** Where it counts. */
  readonly place: CeremonyTranscript["place"];
}

/** Whether a claim holds. */
export type IsSigned = (claim: SignatureClaim) => Promise<boolean>;

/** Needs no chain, and knows accounts only: what a contract signs (ERC-1271) only it can tell. */
export const byAccount: IsSigned = ({ contributor, digest, signature }) =>
  Promise.resolve(signerOf(digest, signature) === contributor);
