import { curves, type Curve } from "snarkjs";

import type { G2Point } from "../../../sdk/protocol/verifyingKey.ts";
import { blake2b512, drawPoint, drawScalar, uncompressed } from "../contribution.ts";
import { chaCha, randomFromBeacon } from "../developmentSecret.ts";
import { CeremonyError } from "./ceremonyError.ts";
import type { ZkeyContribution, ZkeyContributions } from "./zkeyContributions.ts";

/** A zkey replays every beacon; this many hashes take a quarter of an hour. */
export const MOST_ITERATIONS_EXPONENT = 30;

/** Delta of a key, as its header holds it. */
export interface DeltaPoints {
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
}

/**
 * Checks that each contribution follows what stood before it, shows knowledge of its secret, is
 * what its beacon says if it has one, and that all of them together make the key's delta. Needs
 * neither circuit nor powers of tau, so that everybody who is handed a key can do it in a second.
 * @returns The 64 bytes that name each contribution, in order.
 * @throws CeremonyError ContributionsOutOfOrder, ContributionInvalid
 */
export async function checkChain(
  { circuitHash, list }: ZkeyContributions,
  delta: DeltaPoints,
): Promise<readonly Uint8Array[]> {
  const curve = await curves.getCurveFromName("bn128", { singleThread: true });
  const published: Uint8Array[] = [circuitHash];
  const names: Uint8Array[] = [];
  let before = curve.G1.toAffine(curve.G1.g);
  for (const [index, contribution] of list.entries()) {
    const link = { contribution, index, published, before };
    requirePoints(curve, link);
    requireFollows(curve, link);
    await requireKnowledge(curve, link);
    requireBeacon(curve, link);
    const publicKey = publicKeyOf(curve, contribution);
    published.push(publicKey);
    names.push(blake2b512(publicKey));
    before = contribution.deltaAfter;
  }
  await requireDelta(curve, before, delta);
  return names;
}

/** A contribution and what stood before it. */
interface Link {
  readonly contribution: ZkeyContribution;
  readonly index: number;
  /** All that transcripts hash before its own points. */
  readonly published: readonly Uint8Array[];
  /** Delta in G1. */
  readonly before: Uint8Array;
}

function requirePoints(curve: Curve, { contribution: each, index }: Link): void {
  const { G1, G2 } = curve;
  const onCurve = [each.deltaAfter, each.base, each.multiple].every(
    (point) => !G1.isZero(point) && G1.isValid(point),
  );
  const { multipleG2 } = each;
  const isInSubgroup =
    !G2.isZero(multipleG2) &&
    G2.isValid(multipleG2) &&
    G2.isZero(G2.timesScalar(multipleG2, curve.r));
  if (!onCurve || !isInSubgroup) throw invalid(index, "holds a point that is none of its group");
}

function requireFollows(curve: Curve, { contribution, published, index }: Link): void {
  const { base, multiple, transcript } = contribution;
  const points = [base, multiple].map((point) => uncompressed(curve.G1, point));
  if (Buffer.from(blake2b512(...published, ...points)).equals(transcript)) return;
  throw new CeremonyError(
    "ContributionsOutOfOrder",
    `Contribution ${index + 1} does not follow the ${index} that stand before it. Ask whoever gave ` +
      "you the file for the one he was given.",
    { data: { contribution: index + 1 } },
  );
}

/** The secret behind (s, x·s) is the one in (h, x·h), and the one that delta was multiplied with. */
async function requireKnowledge(
  curve: Curve,
  { contribution, before, index }: Link,
): Promise<void> {
  const { base, multiple, multipleG2, deltaAfter, transcript } = contribution;
  const { G1, G2 } = curve;
  const h = G2.toAffine(G2.fromRng(chaCha(transcript)));
  if (!(await curve.pairingEq(base, multipleG2, G1.neg(multiple), h))) {
    throw invalid(index, "does not show that its secret was known");
  }
  if (!(await curve.pairingEq(before, multipleG2, G1.neg(deltaAfter), h))) {
    throw invalid(index, "changed the key by something else than its secret");
  }
}

function requireBeacon(curve: Curve, { contribution, index }: Link): void {
  const { beacon, base, multiple } = contribution;
  if (beacon === null) return;
  if (beacon.iterationsExponent > MOST_ITERATIONS_EXPONENT) {
    throw invalid(index, `is a beacon of 2^${beacon.iterationsExponent} hashes, more than we do`);
  }
  const random = randomFromBeacon(beacon.hash, beacon.iterationsExponent);
  const secret = drawScalar(curve, random);
  const point = drawPoint(curve, random);
  const { G1 } = curve;
  if (G1.eq(point, base) && G1.eq(G1.timesScalar(point, secret), multiple)) return;
  throw invalid(index, "is not what its beacon gives");
}

/** Whether each pair is one delta in G1, as the file holds it, and in G2. */
export async function areDeltas(
  pairs: readonly { readonly delta1: Uint8Array; readonly delta2: G2Point }[],
): Promise<boolean> {
  const curve = await curves.getCurveFromName("bn128", { singleThread: true });
  for (const { delta1, delta2 } of pairs) {
    const point = curve.G2.toAffine(curve.G2.fromObject([...delta2, [1n, 0n]]));
    if (!(await isPair(curve, { delta1, delta2: point }))) return false;
  }
  return true;
}

async function requireDelta(curve: Curve, last: Uint8Array, delta: DeltaPoints): Promise<void> {
  const { G1 } = curve;
  const { delta1 } = delta;
  if (G1.isValid(delta1) && G1.eq(delta1, last) && (await isPair(curve, delta))) return;
  throw new CeremonyError(
    "ContributionInvalid",
    "The contributions do not make this key's delta. Ask whoever gave you the file for the one he " +
      "was given.",
  );
}

async function isPair(curve: Curve, { delta1, delta2 }: DeltaPoints): Promise<boolean> {
  const { G1, G2 } = curve;
  if (!G2.isValid(delta2) || !G2.isZero(G2.timesScalar(delta2, curve.r))) return false;
  return curve.pairingEq(G1.g, delta2, G1.neg(delta1), G2.g);
}

function publicKeyOf(curve: Curve, each: ZkeyContribution): Uint8Array {
  const inG1 = [each.deltaAfter, each.base, each.multiple];
  return Buffer.concat([
    ...inG1.map((point) => uncompressed(curve.G1, point)),
    uncompressed(curve.G2, each.multipleG2),
    each.transcript,
  ]);
}

function invalid(index: number, fact: string): CeremonyError {
  return new CeremonyError(
    "ContributionInvalid",
    `Contribution ${index + 1} ${fact}. Do not use the key; ask whoever gave you the file.`,
    { data: { contribution: index + 1 } },
  );
}
