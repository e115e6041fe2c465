import { bn254 } from "@noble/curves/bn254.js";
import { toBeHex, type Contract } from "ethers";

import type { ClaimCircuit } from "../../../circuits/claim/claimProver.ts";
import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import { publicSignals } from "../../../sdk/protocol/publicSignals.ts";
import {
  encodeVerifyingKey,
  verifyingKeyId,
  type G1Point,
  type G2Point,
  type VerifyingKey,
} from "../../../sdk/protocol/verifyingKey.ts";
import { INPUT, OUTPUT, proverOf, read, send, type World } from "./world.ts";

const { G1, G2 } = bn254;

/** What `verifyBatch` takes for one proof. */
export interface BatchItem {
  readonly claim: {
    readonly requestId: string;
    readonly payee: bigint;
    readonly releaseId: string;
    readonly key: string;
    readonly input: Uint8Array;
    readonly output: Uint8Array;
  };
  readonly evidence: Uint8Array;
}

/** Words of evidence. */
export const WORD = { h: 0, a: 1, b: 3, c: 7 } as const;

/** A claim of its own for each number, with a real proof. */
export async function realItem(
  w: World,
  number: bigint,
  circuit: ClaimCircuit = "sixWords",
): Promise<BatchItem> {
  const prover = await proverOf(circuit);
  const requestId = 2n ** 255n + number;
  const payee = 77n + number;
  const evidence = await prover.prove({ requestId, payee, input: INPUT, output: OUTPUT });
  const key = await read(w.keys, "keyAddress", verifyingKeyId(prover.verifyingKey));
  return { claim: { ...claimOf(w, requestId, payee), key }, evidence };
}

const claimOf = (w: World, requestId: bigint, payee: bigint) => ({
  requestId: toBeHex(requestId, 32),
  payee,
  releaseId: w.releaseId,
  input: INPUT,
  output: OUTPUT,
});

/** Powers of tau whose secret we know, with a key of it: its proofs hold, of whatever we like. */
export interface OtherSetup {
  readonly key: string;
  prove(number: bigint): BatchItem;
}

const SECRETS = { alpha: 3n, beta: 5n, gamma: 7n, ic: [11n, 13n, 17n, 19n] } as const;

/** Registers the key with this delta in a store. */
export async function otherSetup(w: World, keys: Contract, delta: bigint): Promise<OtherSetup> {
  const { alpha, beta, gamma, ic } = SECRETS;
  const verifyingKey: VerifyingKey = {
    alpha: g1(alpha),
    beta: g2(beta),
    gamma: g2(gamma),
    delta: g2(delta),
    ic: ic.map(g1),
  };
  await send(keys, "registerKey", [encodeVerifyingKey(verifyingKey)]);
  const key = await read(keys, "keyAddress", verifyingKeyId(verifyingKey));
  return {
    key,
    prove(number) {
      const [requestId, payee] = [2n ** 254n + number, 7n + number];
      const signals = publicSignals({ requestId, payee, input: INPUT, output: OUTPUT });
      const publicPoint = signals.reduce((sum, s, i) => sum + s * (ic[i + 1] ?? 0n), ic[0]);
      const [a, b] = [101n + number, 103n + number];
      const c = modulo(a * b - alpha * beta - publicPoint * gamma) * inverse(delta);
      const evidence = evidenceOf(signals[0], g1(a), g2(b), g1(c));
      return { claim: { ...claimOf(w, requestId, payee), key }, evidence };
    },
  };
}

/** Coordinates of G2 imaginary part first. */
function evidenceOf(h: bigint, a: G1Point, b: G2Point, c: G1Point): Uint8Array {
  const words = [h, ...a, ...b.flatMap(([real, imaginary]) => [imaginary, real]), ...c];
  const hex = words.map((word) => word.toString(16).padStart(64, "0")).join("");
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function g1(scalar: bigint): G1Point {
  const { x, y } = G1.Point.BASE.multiply(modulo(scalar)).toAffine();
  return [x, y];
}

function g2(scalar: bigint): G2Point {
  const { x, y } = G2.Point.BASE.multiply(modulo(scalar)).toAffine();
  return [
    [x.c0, x.c1],
    [y.c0, y.c1],
  ];
}

const modulo = (value: bigint): bigint => ((value % FIELD_ORDER) + FIELD_ORDER) % FIELD_ORDER;
const inverse = (value: bigint): bigint => bn254.fields.Fr.inv(value);

/** The same evidence with another word, big-endian, at this place. */
export function withWord(evidence: Uint8Array, word: number, value: bigint): Uint8Array {
  const changed = evidence.slice();
  changed.set(Buffer.from(value.toString(16).padStart(64, "0"), "hex"), 32 * word);
  return changed;
}

export function wordOf(evidence: Uint8Array, word: number): bigint {
  return BigInt(`0x${Buffer.from(evidence.slice(32 * word, 32 * word + 32)).toString("hex")}`);
}

/** Evidence whose point of G1 at this word is moved by `scalar` times the generator. */
export function moved(evidence: Uint8Array, word: number, scalar: bigint): Uint8Array {
  const point = G1.Point.fromAffine({ x: wordOf(evidence, word), y: wordOf(evidence, word + 1) });
  const { x, y } = point.add(G1.Point.BASE.multiply(modulo(scalar))).toAffine();
  return withWord(withWord(evidence, word, x), word + 1, y);
}

/** Evidence whose point of G1 at this word is its negative. */
export function negated(evidence: Uint8Array, word: number): Uint8Array {
  return withWord(evidence, word + 1, bn254.fields.Fp.neg(wordOf(evidence, word + 1)));
}
