import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/hashes/utils.js";

import { keccak, type Hex } from "./abiEncoding.ts";

const SIGNATURE_LENGTH = 65;

/**
 * Address of the account whose signature of a digest this is, in lower case; null for what
 * `CeremonyBook` takes from no account: another length than 65 bytes, the greater s, v other than 27
 * or 28. Contracts that sign (ERC-1271) can be asked on their chain only.
 */
export function signerOf(digest: Hex, signature: Hex): Hex | null {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(signature)) return null;
  const bytes = hexToBytes(signature.slice(2));
  const recovery = (bytes[64] ?? 0) - 27;
  if (bytes.length !== SIGNATURE_LENGTH || (recovery !== 0 && recovery !== 1)) return null;
  try {
    const recovered = Uint8Array.of(recovery, ...bytes.subarray(0, 64));
    const parsed = secp256k1.Signature.fromBytes(recovered, "recovered");
    if (parsed.hasHighS()) return null;
    const point = parsed.recoverPublicKey(hexToBytes(digest.slice(2)));
    return `0x${keccak(point.toBytes(false).subarray(1)).slice(-40)}`;
  } catch {
    // Numbers that are on no curve.
    return null;
  }
}
