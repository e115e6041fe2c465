import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import {
  encodeVerifyingKey,
  setupOf,
  verifyingKeyId,
  type G2Point,
  type VerifyingKey,
} from "../../../sdk/protocol/verifyingKey.ts";
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
/** Behind alpha, beta and gamma. */
const ENCODED_DELTA = 320;

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

/** Delta in G2 as on chain: 128 bytes. */
export function deltaOf(key: VerifyingKey): Hex {
  return hex(encodeVerifyingKey(key).subarray(ENCODED_DELTA, ENCODED_DELTA + 128));
}

/** The point of such bytes; whether it lies on the curve is left to whoever uses it. */
export function parseDelta(delta: Hex): G2Point {
  const part = (index: number): bigint =>
    BigInt(`0x${delta.slice(2 + 64 * index, 66 + 64 * index)}`);
  return [
    [part(1), part(0)],
    [part(3), part(2)],
  ];
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
