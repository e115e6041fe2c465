import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { keccak256 } from "ethers";
import { type FileLike, groth16, r1cs, wtns, zKey } from "snarkjs";
import {
  ensureDevelopmentKeys,
  ensureDevelopmentPtau,
} from "../../../circuits/keys/developmentKeys.ts";
import {
  BEACON_ITERATIONS_EXPONENT,
  DELTA_BEACON,
  DEVELOPMENT_NAME,
} from "../../../circuits/keys/developmentSecret.ts";
import { KeyError } from "../../../circuits/keys/keyError.ts";
import { developmentPowersOfTau } from "../../../circuits/keys/powersOfTau.ts";
import {
  encodeVerifyingKey,
  parseVerifyingKey,
  toSnarkjsVerifyingKey,
  verifyingKeyId,
} from "../../../sdk/protocol/verifyingKey.ts";
import { endEngineAfterTests, listener, type Memory, singleThreaded } from "./engine.ts";
import { smallCircuit, wtnsFile } from "./smallCircuit.ts";

const circuit = smallCircuit(20);
const directory = await mkdtemp(path.join(tmpdir(), "assay-keys-"));
const ensure = (bytes: Uint8Array = circuit.r1cs) =>
  ensureDevelopmentKeys({ r1cs: bytes, name: "small", cacheDirectory: directory });
const inMemory = (data: Uint8Array): FileLike => ({ type: "mem", data });

after(() => rm(directory, { recursive: true }));

describe("ensureDevelopmentKeys", () => {
  endEngineAfterTests();

  it("makes byte for byte what snarkjs makes of circuit, ptau and beacon", async () => {
    const keys = await ensure();
    const power = Math.log2(keys.domainSize) + 1;
    const ptau = await developmentPowersOfTau(await singleThreaded(), power);
    const initial: Memory = { type: "mem" };
    const final: Memory = { type: "mem" };
    await zKey.newZKey(inMemory(circuit.r1cs), inMemory(ptau), initial);
    const hash = Buffer.from(DELTA_BEACON).toString("hex");
    await zKey.beacon(initial, final, DEVELOPMENT_NAME, hash, BEACON_ITERATIONS_EXPONENT);
    assert.deepEqual(Buffer.from(keys.zkey), Buffer.from(final.data ?? []));
  });

  it("passes zkey verify against the development ptau", async () => {
    const { zkey, domainSize } = await ensure();
    const ptau = await ensureDevelopmentPtau({ domainSize, cacheDirectory: directory });
    const { complaints, logger } = listener();
    const file = inMemory(await readFile(ptau));
    const isValid = await zKey.verifyFromR1cs(inMemory(circuit.r1cs), file, inMemory(zkey), logger);
    assert.equal(isValid, true, complaints.join("\n"));
  });

  it("is made for a circuit that snarkjs reads", async () => {
    const info = await r1cs.info(inMemory(circuit.r1cs));
    assert.deepEqual([info.nConstraints, info.nOutputs, info.nPubInputs], [22, 2, 1]);
    assert.equal(await wtns.check(inMemory(circuit.r1cs), inMemory(circuit.wtns)), true);
  });

  it("proves and verifies, with the key snarkjs would export", async () => {
    const { zkey, verifyingKey } = await ensure();
    const { proof, publicSignals } = await groth16.prove(inMemory(zkey), inMemory(circuit.wtns));
    const exported = await zKey.exportVerificationKey(inMemory(zkey));
    const ours = toSnarkjsVerifyingKey(verifyingKey);
    const theirs = Object.fromEntries(
      Object.keys(ours).map((key) => [key, Reflect.get(exported, key)]),
    );
    assert.deepEqual(ours, theirs);
    assert.deepEqual(parseVerifyingKey(JSON.parse(JSON.stringify(exported))), verifyingKey);
    assert.deepEqual(publicSignals, circuit.witness.slice(1, 4).map(String));
    assert.equal(await groth16.verify(ours, publicSignals, proof), true);
    assert.equal(await groth16.verify(ours, ["1", ...publicSignals.slice(1)], proof), false);
  });

  it("makes keys under which no forged witness verifies", async () => {
    const { zkey, verifyingKey } = await ensure();
    const key = toSnarkjsVerifyingKey(verifyingKey);
    for (let wire = 1; wire < circuit.witness.length; wire += 1) {
      const forged = circuit.witness.map((value, index) => (index === wire ? value + 1n : value));
      const { proof, publicSignals } = await groth16.prove(
        inMemory(zkey),
        inMemory(wtnsFile(forged)),
      );
      assert.equal(await groth16.verify(key, publicSignals, proof), false, `wire ${wire}`);
    }
  });

  it("gives different circuits the same alpha, beta and gamma, and gamma is not delta", async () => {
    const [one, other] = [await ensure(), await ensure(smallCircuit(30).r1cs)];
    assert.notEqual(one.zkeyPath, other.zkeyPath);
    for (const part of ["alpha", "beta", "gamma"] as const) {
      assert.deepEqual(one.verifyingKey[part], other.verifyingKey[part]);
    }
    assert.notDeepEqual(one.verifyingKey.gamma, one.verifyingKey.delta);
  });

  it("encodes the verifying key in the 704 bytes that contracts take", async () => {
    const { verifyingKey: key } = await ensure();
    const encoded = Buffer.from(encodeVerifyingKey(key));
    const word = (index: number) =>
      BigInt(`0x${encoded.toString("hex", 32 * index, 32 * index + 32)}`);
    assert.equal(encoded.length, 704);
    assert.deepEqual([word(0), word(1)], key.alpha);
    const [[real, imaginary]] = key.beta;
    assert.deepEqual([word(2), word(3)], [imaginary, real]);
    assert.deepEqual([word(20), word(21)], key.ic[3]);
    assert.equal(Buffer.from(verifyingKeyId(key)).toString("hex"), keccak256(encoded).slice(2));
  });

  it("reads the cache, and makes a damaged file again", async () => {
    const first = await ensure();
    const { mtimeMs } = await stat(first.zkeyPath);
    await ensure();
    assert.equal((await stat(first.zkeyPath)).mtimeMs, mtimeMs);

    const damaged = Buffer.from(first.zkey);
    damaged.writeUInt8(damaged.readUInt8(900) ^ 1, 900);
    await writeFile(first.zkeyPath, damaged);
    assert.deepEqual((await ensure()).zkey, first.zkey);
    await truncate(first.zkeyPath, 1000);
    assert.deepEqual((await ensure()).zkey, first.zkey);
    assert.deepEqual(new Uint8Array(await readFile(first.zkeyPath)), first.zkey);
  });

  it("refuses a file that is no circuit", async () => {
    await assert.rejects(ensure(new Uint8Array(100)), isKeyError("CircuitMalformed"));
    await assert.rejects(ensure(circuit.r1cs.subarray(0, 60)), isKeyError("CircuitMalformed"));
    await assert.rejects(
      ensure(circuit.r1cs.subarray(0, circuit.r1cs.length - 1)),
      isKeyError("CircuitMalformed"),
    );
    const huge = Buffer.from(circuit.r1cs);
    huge.writeUInt32LE(2 ** 22, 12 + 12 + 60);
    await assert.rejects(ensure(huge), isKeyError("CircuitTooLarge"));
  });
});

function isKeyError(code: string) {
  return (error: unknown) => error instanceof KeyError && error.code === code;
}
