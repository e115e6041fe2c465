import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { setupOf, verifyingKeyId, type VerifyingKey } from "../../../sdk/protocol/verifyingKey.ts";
import { readSections } from "../binaryFile.ts";
import { KeyError } from "../keyError.ts";
import { readZkeyHeader } from "../zkeyHeader.ts";
import type { DeltaPoints } from "./contributionChain.ts";
import { readZkeyContributions, type ZkeyContributions } from "./zkeyContributions.ts";

/** What a zkey says of itself. */
export interface KeyFacts {
  readonly verifyingKey: VerifyingKey;
  readonly keyId: Hex;
  /** keccak256(alpha, beta, gamma). */
  readonly setup: Hex;
  readonly domainSize: number;
  readonly contributions: ZkeyContributions;
  readonly delta: DeltaPoints;
  /** Gamma is delta: nobody contributed. */
  readonly isBare: boolean;
}

const DELTA_1 = 84 + 2 * 64 + 2 * 128;
const DELTA_2 = DELTA_1 + 64;

/** @throws KeyError ZkeyMalformed */
export function factsOf(zkey: Uint8Array): KeyFacts {
  const { verifyingKey, domainSize } = readZkeyHeader(zkey);
  const sections = readSections("zkey", zkey);
  const header = sections.get(2) ?? new Uint8Array();
  return {
    verifyingKey,
    keyId: hex(verifyingKeyId(verifyingKey)),
    setup: hex(setupOf(verifyingKey)),
    domainSize,
    contributions: contributionsOf(zkey, sections.get(10)),
    delta: {
      delta1: header.subarray(DELTA_1, DELTA_2),
      delta2: header.subarray(DELTA_2, DELTA_2 + 128),
    },
    isBare: verifyingKey.gamma.flat().every((part, i) => part === verifyingKey.delta.flat()[i]),
  };
}

export function hex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

function contributionsOf(zkey: Uint8Array, section: Uint8Array | undefined): ZkeyContributions {
  try {
    if (section === undefined) throw new RangeError("it has no section of contributions");
    return readZkeyContributions(section);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new KeyError(
      "ZkeyMalformed",
      `The proving key cannot be read: ${cause.message}. Fetch or make it again.`,
      { data: { bytes: zkey.length }, cause },
    );
  }
}
