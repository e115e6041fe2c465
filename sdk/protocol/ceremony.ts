import { concatBytes, hexToBytes } from "@noble/hashes/utils.js";

import { encodeStatic, keccak, keccakText, type Hex } from "./abiEncoding.ts";

const DOMAIN = { name: "Assay Ceremony", version: "1" } as const;
const DOMAIN_TYPE = keccakText(
  "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
);
const CONTRIBUTION_TYPE = keccakText("Contribution(bytes32 keyId,bytes32 contributionHash)");
const TRANSCRIPT_HASH_LENGTH = 64;

/** That a key's ceremony holds a contribution: what its contributor signs. */
export interface Contribution {
  /** keccak256 of the verifying key's bytes, `verifyingKeyId`. */
  readonly keyId: Hex;
  /** `contributionHash` of what the transcript names the contribution by. */
  readonly contributionHash: Hex;
}

/** The `CeremonyBook` a signature is for; it counts in no other and on no other chain. */
export interface CeremonyPlace {
  readonly chainId: bigint;
  /** Address of the `CeremonyBook`. */
  readonly book: Hex;
}

/**
 * The 32 bytes a contribution is recorded by: keccak256 of the 64 that snarkjs prints as its
 * "Contribution Hash".
 * @throws RangeError for another length.
 */
export function contributionHash(transcriptHash: Uint8Array): Hex {
  if (transcriptHash.length !== TRANSCRIPT_HASH_LENGTH) {
    throw new RangeError(
      `a contribution's hash in the transcript has ${TRANSCRIPT_HASH_LENGTH} bytes, not ${transcriptHash.length}`,
    );
  }
  return keccak(transcriptHash);
}

/** EIP-712 digest of a contribution; `CeremonyBook.contributionDigest` gives the same. */
export function contributionDigest(place: CeremonyPlace, contribution: Contribution): Hex {
  const separator = encodeStatic([
    DOMAIN_TYPE,
    keccakText(DOMAIN.name),
    keccakText(DOMAIN.version),
    place.chainId,
    place.book,
  ]);
  const { keyId, contributionHash: hash } = contribution;
  const struct = encodeStatic([CONTRIBUTION_TYPE, keyId, hash]);
  const prefix = Uint8Array.of(0x19, 0x01);
  return keccak(concatBytes(prefix, hashed(separator), hashed(struct)));
}

/** The same as a wallet's `signTypedData` takes it. */
export function contributionTypedData(place: CeremonyPlace, contribution: Contribution) {
  return {
    domain: { ...DOMAIN, chainId: place.chainId, verifyingContract: place.book },
    types: {
      Contribution: [
        { name: "keyId", type: "bytes32" },
        { name: "contributionHash", type: "bytes32" },
      ],
    },
    primaryType: "Contribution",
    message: contribution,
  } as const;
}

function hashed(bytes: Uint8Array): Uint8Array {
  return hexToBytes(keccak(bytes).slice(2));
}
