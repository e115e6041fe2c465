import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { checkBySnarkjs, checkKey } from "../../../circuits/keys/checkKey.ts";
import {
  ensureDevelopmentKeys,
  ensureDevelopmentPtau,
} from "../../../circuits/keys/developmentKeys.ts";
import { KeyError, type KeyErrorCode } from "../../../circuits/keys/keyError.ts";
import { makeBySnarkjs, makeKeyFromPtau } from "../../../circuits/keys/keyFromPtau.ts";
import { smallCircuit } from "./smallCircuit.ts";

// With the native setup where it was built, without it elsewhere, and by snarkjs in any case.

const directory = await mkdtemp(path.join(tmpdir(), "assay-ptau-key-"));
after(() => rm(directory, { recursive: true }));
const { r1cs } = smallCircuit(20);
const ptauPath = await ensureDevelopmentPtau({ domainSize: 32, cacheDirectory: directory });
const keys = await mkdtemp(path.join(directory, "keys-"));
const zkeyPath = path.join(keys, "key.zkey");

const isKeyError = (code: KeyErrorCode) => (error: unknown) =>
  error instanceof KeyError && error.code === code;

for (const [name, make] of Object.entries({ makeKeyFromPtau, makeBySnarkjs })) {
  describe(name, () => {
    it("refuses a circuit larger than the powers of tau, without a file", async () => {
      const large = smallCircuit(40).r1cs;
      const outcome = make({ r1cs: large, ptauPath, zkeyPath });
      await assert.rejects(outcome, isKeyError("PtauTooSmall"));
      assert.deepEqual(await readdir(keys), []);
    });

    it("writes a key from a file or from bytes", async () => {
      const file = path.join(directory, "circuit.r1cs");
      await writeFile(file, r1cs);
      await make({ r1cs: file, ptauPath, zkeyPath });
      const fromFile = await readFile(zkeyPath);
      await make({ r1cs, ptauPath, zkeyPath });
      assert.deepEqual(await readFile(zkeyPath), fromFile);
      assert.deepEqual(await readdir(keys), ["key.zkey"]);
      await rm(zkeyPath);
    });
  });
}

for (const [name, check] of Object.entries({ checkKey, checkBySnarkjs })) {
  describe(name, () => {
    it("accepts a development key, but not for production", async () => {
      const cacheDirectory = directory;
      const { zkey } = await ensureDevelopmentKeys({ r1cs, name: "small", cacheDirectory });
      await check({ r1cs, ptauPath, zkey, isProduction: false });
      const outcome = check({ r1cs, ptauPath, zkey, isProduction: true });
      await assert.rejects(outcome, isKeyError("KeyRejected"));
    });

    it("refuses the key of another circuit", async () => {
      const other = { r1cs: smallCircuit(19).r1cs, name: "other", cacheDirectory: directory };
      const { zkey } = await ensureDevelopmentKeys(other);
      const outcome = check({ r1cs, ptauPath, zkey, isProduction: false });
      await assert.rejects(outcome, isKeyError("KeyRejected"));
    });
  });
}

describe("ensureDevelopmentKeys", () => {
  it("makes the same key of a circuit's file as of its bytes", async () => {
    const file = path.join(directory, "whole.r1cs");
    await writeFile(file, r1cs);
    const [one, other] = await Promise.all(
      [file, r1cs].map(async (circuit) => {
        const cacheDirectory = await mkdtemp(path.join(directory, "same-"));
        return ensureDevelopmentKeys({ r1cs: circuit, name: "same", cacheDirectory });
      }),
    );
    assert.deepEqual(one?.zkey, other?.zkey);
    assert.equal(one?.circuitDigest, other?.circuitDigest);
  });

  it("refuses a file that is no circuit", async () => {
    const file = path.join(directory, "short.r1cs");
    for (const length of [0, 11, 40, 90]) {
      await writeFile(file, r1cs.subarray(0, length));
      const outcome = ensureDevelopmentKeys({ r1cs: file, name: "x", cacheDirectory: directory });
      await assert.rejects(outcome, isKeyError("CircuitMalformed"), `${length} bytes`);
    }
  });
});
