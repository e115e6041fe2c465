import { bn254 } from "@noble/curves/bn254.js";

import { FIELD_ORDER } from "./field.ts";
import type { G1Point, G2Point, VerifyingKey } from "./verifyingKey.ts";

/** A Groth16 proof. */
export interface Proof {
  readonly a: G1Point;
  readonly b: G2Point;
  readonly c: G1Point;
}

/**
 * Whether a proof holds for these public signals under a key: what `ZkVerifier` checks on chain, in
 * some 50 ms and without a chain. False for what is no proof at all.
 * @param claim.key One that a registry would take: its points are not checked.
 */
export function proofHolds(claim: {
  readonly key: VerifyingKey;
  /** As many as the key has, each below `FIELD_ORDER`. */
  readonly signals: readonly bigint[];
  readonly proof: Proof;
}): boolean {
  const { key, signals, proof } = claim;
  const [constant, ...bases] = key.ic;
  if (constant === undefined || bases.length !== signals.length) return false;
  if (signals.some((signal) => signal < 0n || signal >= FIELD_ORDER)) return false;
  let points;
  try {
    points = { a: g1(proof.a), b: g2(proof.b), c: g1(proof.c) };
    for (const point of Object.values(points)) point.assertValidity();
  } catch {
    return false;
  }
  const sum = bases.reduce(
    (total, base, index) => total.add(g1(base).multiplyUnsafe(signals[index] ?? 0n)),
    g1(constant),
  );
  const pairs = [
    { g1: points.a.negate(), g2: points.b },
    { g1: g1(key.alpha), g2: g2(key.beta) },
    { g1: sum, g2: g2(key.gamma) },
    { g1: points.c, g2: g2(key.delta) },
  ];
  const { Fp12 } = bn254.fields;
  // A pair with infinity in it is one, for the chain as well; the library takes none.
  const product = bn254.pairingBatch(pairs.filter((pair) => !pair.g1.is0() && !pair.g2.is0()));
  return Fp12.eql(product, Fp12.ONE);
}

function g1([x, y]: G1Point) {
  return bn254.G1.Point.fromAffine({ x, y });
}

function g2([[x0, x1], [y0, y1]]: G2Point) {
  return bn254.G2.Point.fromAffine({ x: { c0: x0, c1: x1 }, y: { c0: y0, c1: y1 } });
}
