import { bn254 } from "@noble/curves/bn254.js";
import { groth16 } from "snarkjs";
import type { Groth16Proof } from "../../orchestrator/domain/ports.ts";
import {
  type G1Point,
  type G2Point,
  type VerifyingKey,
  toSnarkjsVerifyingKey,
} from "../../sdk/protocol/verifyingKey.ts";

/** What snarkjs says of a proof. */
export async function snarkjsVerifies(
  key: VerifyingKey,
  signals: readonly bigint[],
  { a, b, c }: Groth16Proof,
): Promise<boolean> {
  const text = ([x, y]: readonly [bigint, bigint]) => [`${x}`, `${y}`] as const;
  return groth16.verify(toSnarkjsVerifyingKey(key), signals.map(String), {
    pi_a: [...text(a), "1"],
    pi_b: [text(b[0]), text(b[1]), ["1", "0"]],
    pi_c: [...text(c), "1"],
    protocol: "groth16",
    curve: "bn128",
  });
}

/** The equation written out, over a library that neither prover uses. */
export function pairingHolds(
  key: VerifyingKey,
  signals: readonly bigint[],
  { a, b, c }: Groth16Proof,
): boolean {
  const { Fp12 } = bn254.fields;
  const input = signals.reduce(
    (sum, signal, index) => (signal === 0n ? sum : sum.add(g1(key.ic[index + 1]).multiply(signal))),
    g1(key.ic[0]),
  );
  const product = bn254.pairingBatch([
    { g1: g1(a).negate(), g2: g2(b) },
    { g1: g1(key.alpha), g2: g2(key.beta) },
    { g1: input, g2: g2(key.gamma) },
    { g1: g1(c), g2: g2(key.delta) },
  ]);
  return Fp12.eql(product, Fp12.ONE);
}

function g1(point: G1Point | undefined) {
  if (point === undefined) throw new RangeError("the key has fewer points than signals");
  return bn254.G1.Point.fromAffine({ x: point[0], y: point[1] });
}

function g2([[x0, x1], [y0, y1]]: G2Point) {
  return bn254.G2.Point.fromAffine({ x: { c0: x0, c1: x1 }, y: { c0: y0, c1: y1 } });
}
