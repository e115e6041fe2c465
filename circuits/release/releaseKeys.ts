import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { canonicalJson } from "../../sdk/protocol/canonicalJson.ts";
import type { VerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { ensureDevelopmentKeys } from "../keys/developmentKeys.ts";
import { developmentTranscript } from "./developmentTranscript.ts";

/** What a release needs of its circuit's setup. */
export interface ReleaseKeys {
  readonly zkey: Uint8Array;
  readonly verifyingKey: VerifyingKey;
  /** sha-256 of the r1cs file. */
  readonly circuitDigest: Hex;
  readonly domainSize: number;
  /** Says who made the keys: canonical JSON. */
  readonly transcript: Uint8Array;
}

/** @param circuit.name Of the model, without its version. */
export type MakeKeys = (circuit: {
  readonly r1cs: Uint8Array;
  readonly name: string;
}) => Promise<ReleaseKeys>;

/** Keys of the published secret, for development. */
export function developmentKeys(cacheDirectory: string): MakeKeys {
  return async (circuit) => {
    const keys = await ensureDevelopmentKeys({ ...circuit, cacheDirectory });
    return {
      ...keys,
      circuitDigest: `0x${keys.circuitDigest}`,
      transcript: new TextEncoder().encode(canonicalJson(developmentTranscript(keys))),
    };
  };
}
