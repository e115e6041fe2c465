import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { type FileLike, groth16, r1cs, wtns, zKey } from "snarkjs";
import { parseModel } from "../../../circuits/compiler/integer/modelFile.ts";
import { buildCircuit } from "../../../circuits/compiler/r1cs/buildCircuit.ts";
import { writeR1cs } from "../../../circuits/compiler/r1cs/writeR1cs.ts";
import { calculateWitness } from "../../../circuits/compiler/witness/calculateWitness.ts";
import { encodeWtns } from "../../../circuits/compiler/witness/writeWtns.ts";
import { ensureDevelopmentPtau } from "../../../circuits/keys/developmentKeys.ts";
import { toSnarkjsVerifyingKey } from "../../../sdk/protocol/verifyingKey.ts";
import { endEngineAfterTests, listener } from "../keys/engine.ts";
import { digitsRelease } from "./digits.ts";

const release = await digitsRelease();
const { manifest, store } = release;
/** Rebuilt from the integer model, as anyone who holds the release can. */
const model = parseModel(await store.get(manifest.artefacts.integerModel.cid));
const circuit = fileOf((sink) => writeR1cs(buildCircuit(model), sink));
const zkey = inMemory(await store.get(manifest.artefacts.provingKey.cid));
const input = new Uint8Array(64).fill(7);
const witness = calculateWitness({ model, input, challengeOf: () => 3n });

function fileOf(write: (sink: (chunk: Uint8Array) => void) => void): Uint8Array {
  const chunks: Uint8Array[] = [];
  write((chunk) => chunks.push(chunk.slice()));
  return new Uint8Array(Buffer.concat(chunks));
}

function inMemory(data: Uint8Array): FileLike {
  return { type: "mem", data };
}

describe("snarkjs on a release", () => {
  endEngineAfterTests();

  it("reads the circuit that the manifest's digest names", async () => {
    const digest = createHash("sha256").update(circuit).digest("hex");
    assert.equal(`0x${digest}`, manifest.circuit.digest);
    const info = await r1cs.info(inMemory(circuit));
    assert.deepEqual(
      [info.nConstraints, info.nVars],
      [manifest.circuit.rows, manifest.circuit.wires],
    );
    assert.deepEqual([info.nOutputs, info.nPubInputs], [2, 1]);
  });

  it("accepts its key: zkey verify against the development ptau", async () => {
    const cacheDirectory = path.join(release.directory, "keys");
    const { domainSize } = manifest.circuit;
    const ptau = await readFile(await ensureDevelopmentPtau({ domainSize, cacheDirectory }));
    const { complaints, logger } = listener();
    const isValid = await zKey.verifyFromR1cs(inMemory(circuit), inMemory(ptau), zkey, logger);
    assert.equal(isValid, true, complaints.join("\n"));
  });

  it("accepts its witness, and proves and verifies with it", async () => {
    const file = inMemory(encodeWtns(witness.values));
    assert.equal(await wtns.check(inMemory(circuit), file), true);
    const { proof, publicSignals } = await groth16.prove(zkey, file);
    const { commitment, evaluation, challenge } = witness;
    assert.deepEqual(publicSignals, [commitment, evaluation, challenge].map(String));
    const key = toSnarkjsVerifyingKey(release.verifyingKey);
    assert.equal(await groth16.verify(key, publicSignals, proof), true);
  });

  it("verifies no proof of a forged witness", async () => {
    const forged = Buffer.from(encodeWtns(witness.values));
    const wire = 4 + witness.output.length;
    const offset = forged.length - witness.values.count * 32 + wire * 32;
    forged.writeUInt8(forged.readUInt8(offset) ^ 1, offset);
    const { proof, publicSignals } = await groth16.prove(zkey, inMemory(forged));
    const key = toSnarkjsVerifyingKey(release.verifyingKey);
    assert.equal(await groth16.verify(key, publicSignals, proof), false);
  });
});
