import { bn254 } from "@noble/curves/bn254.js";

import type { G1Point, G2Point } from "../../../sdk/protocol/verifyingKey.ts";

const { Fp, Fp2 } = bn254.fields;

/** On the curve of G2, outside its subgroup of prime order: nearly every point is. */
export function outsideSubgroup(): G2Point {
  const b = Fp2.div(Fp2.fromBigTuple([3n, 0n]), Fp2.fromBigTuple([9n, 1n]));
  for (let i = 1n; ; i++) {
    const x = Fp2.fromBigTuple([i, 1n]);
    const right = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    try {
      const y = Fp2.sqrt(right);
      return [
        [x.c0, x.c1],
        [y.c0, y.c1],
      ];
    } catch {
      // No square: the next x.
    }
  }
}

export const INFINITY_G1: G1Point = [0n, 0n];
export const INFINITY_G2: G2Point = [
  [0n, 0n],
  [0n, 0n],
];

/** The same point with a first coordinate that is not reduced. */
export function unreduced([x, y]: G1Point): G1Point {
  return [x + Fp.ORDER, y];
}

/** The same of the second one. */
export function unreducedSecond([x, y]: G1Point): G1Point {
  return [x, y + Fp.ORDER];
}

/** A point beside the curve. */
export function offCurve([x, y]: G1Point): G1Point {
  return [x, y + 1n];
}
