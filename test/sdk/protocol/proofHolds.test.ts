import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { groth16 } from "snarkjs";

import { ensureDevelopmentKeys } from "../../../circuits/keys/developmentKeys.ts";
import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import { proofHolds, type Proof } from "../../../sdk/protocol/proofHolds.ts";
import type { G1Point } from "../../../sdk/protocol/verifyingKey.ts";
import { endEngineAfterTests } from "../../circuits/keys/engine.ts";
import { smallCircuit } from "../../circuits/keys/smallCircuit.ts";
import { offCurve, outsideSubgroup, unreduced } from "../../contracts/support/points.ts";

const BASE_FIELD_ORDER =
  21888242871839275222246405745257275088696311157297823662689037894645226208583n;

endEngineAfterTests();
const cacheDirectory = await mkdtemp(join(tmpdir(), "assay-proof-"));
after(() => rm(cacheDirectory, { recursive: true }));
const { r1cs, wtns } = smallCircuit(10);
const { zkey, verifyingKey: key } = await ensureDevelopmentKeys({
  r1cs,
  name: "test",
  cacheDirectory,
});
const made = await groth16.prove({ type: "mem", data: zkey }, { type: "mem", data: wtns });
const signals = made.publicSignals.map(BigInt);
const pair = ([x = "0", y = "0"]: readonly string[]) => [BigInt(x), BigInt(y)] as const;
const { pi_a: a, pi_b: b, pi_c: c } = made.proof;
const proof: Proof = { a: pair(a), b: [pair(b[0]), pair(b[1])], c: pair(c) };

const holds = (change: Partial<Parameters<typeof proofHolds>[0]>): boolean =>
  proofHolds({ key, signals, proof, ...change });
const negated = ([x, y]: G1Point): G1Point => [x, BASE_FIELD_ORDER - y];

describe("proofHolds", () => {
  it("takes what snarkjs proved, and for no other signals", () => {
    assert.equal(holds({}), true);
    for (const index of signals.keys()) {
      const others = signals.with(index, ((signals[index] ?? 0n) + 1n) % FIELD_ORDER);
      assert.equal(holds({ signals: others }), false, `signal ${index}`);
    }
  });

  it("takes a zero among the signals for what it is", () => {
    assert.equal(holds({ signals: signals.with(0, 0n) }), false);
  });

  it("refuses infinity where it does not fit, also where the signals lead to it", () => {
    const zero = [0n, 0n] as const;
    for (const points of [{ a: zero }, { b: [zero, zero] }, { c: zero }] as const) {
      assert.equal(holds({ proof: { ...proof, ...points } }), false);
    }
    const [constant = zero, ...bases] = key.ic;
    const ic = [constant, negated(constant), ...bases.slice(1)];
    assert.equal(holds({ key: { ...key, ic }, signals: [1n, 0n, 0n] }), false);
  });

  it("refuses other points, under another key too", () => {
    assert.equal(holds({ proof: { ...proof, a: negated(proof.a) } }), false);
    assert.equal(holds({ proof: { ...proof, a: proof.c, c: proof.a } }), false);
    assert.equal(holds({ key: { ...key, delta: key.gamma } }), false);
  });

  it("refuses what is no point, no signal, or one signal too few", () => {
    const [x, y] = proof.a;
    const points: readonly G1Point[] = [offCurve(proof.a), unreduced(proof.a), [-x, y]];
    for (const point of points) {
      assert.equal(holds({ proof: { ...proof, a: point } }), false);
      assert.equal(holds({ proof: { ...proof, c: point } }), false);
    }
    assert.equal(holds({ proof: { ...proof, b: [proof.b[1], proof.b[0]] } }), false);
    assert.equal(holds({ signals: signals.slice(1) }), false);
    assert.equal(holds({ signals: [...signals, 0n] }), false);
    const [first = 0n, ...others] = signals;
    for (const same of [first + FIELD_ORDER, first - FIELD_ORDER]) {
      assert.equal(holds({ signals: [same, ...others] }), false, "one value, one spelling");
    }
    assert.equal(holds({ key: { ...key, ic: [] }, signals: [] }), false);
  });

  it("refuses a point of the twist that is not of its subgroup", () => {
    assert.equal(holds({ proof: { ...proof, b: outsideSubgroup() } }), false);
  });
});
