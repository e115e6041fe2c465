import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { parseModel } from "../../circuits/compiler/integer/modelFile.ts";
import { calculateWitness } from "../../circuits/compiler/witness/calculateWitness.ts";
import { encodeWtns } from "../../circuits/compiler/witness/writeWtns.ts";
import { ensureDevelopmentKeys } from "../../circuits/keys/developmentKeys.ts";
import { buildRelease } from "../../circuits/release/buildRelease.ts";
import { readModelFolder } from "../../circuits/release/modelFolder.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";
import { FIELD_ORDER, toField } from "../../sdk/protocol/field.ts";
import { endEngineAfterTests } from "../circuits/keys/engine.ts";
import { type SmallCircuit, smallCircuit } from "../circuits/keys/smallCircuit.ts";
import { constantCircuit, randomCircuit } from "./circuits.ts";
import { nativeBackend, skip } from "./native.ts";
import { pairingHolds, snarkjsVerifies } from "./verify.ts";

const directory = await mkdtemp(path.join(tmpdir(), "assay-native-"));
after(() => rm(directory, { recursive: true }));

const keysOf = (r1cs: Uint8Array) =>
  ensureDevelopmentKeys({ r1cs, name: "test", cacheDirectory: directory });

async function isProven({ r1cs, wtns, witness }: SmallCircuit, threads = 2): Promise<void> {
  const { zkey, verifyingKey } = await keysOf(r1cs);
  const backend = nativeBackend({ threads });
  await backend.loadKey("key", zkey);
  const { proof, publicSignals } = await backend.prove("key", wtns);
  assert.deepEqual(publicSignals, witness.slice(1, 4));
  assert.equal(await snarkjsVerifies(verifyingKey, publicSignals, proof), true);
  assert.equal(pairingHolds(verifyingKey, publicSignals, proof), true);
  const others = publicSignals.map((signal, index) =>
    index === 1 ? toField(signal + 1n) : signal,
  );
  assert.equal(await snarkjsVerifies(verifyingKey, others, proof), false);
  assert.equal(pairingHolds(verifyingKey, others, proof), false);
}

describe("NativeBackend", { skip }, () => {
  endEngineAfterTests();

  it("makes the proof that snarkjs made of its known vector", async () => {
    await nativeBackend().selfTest();
  });

  it("proves what snarkjs and another library verify, whatever the number of threads", async () => {
    for (let threads = 1; threads <= availableParallelism() + 2; threads += 1)
      await isProven(smallCircuit(50), threads);
  });

  it("proves random circuits", async () => {
    for (let seed = 0; seed < 6; seed += 1) await isProven(randomCircuit(seed, false));
  });

  it("proves circuits that have linear rows only", async () => {
    for (let seed = 0; seed < 3; seed += 1) await isProven(randomCircuit(seed, true));
  });

  it("proves where all values are zero, one or the largest", async () => {
    for (const value of [0n, 1n, FIELD_ORDER - 1n]) await isProven(constantCircuit(value));
  });

  it("makes another proof each time", async () => {
    const { r1cs, wtns } = smallCircuit(10);
    const backend = nativeBackend();
    await backend.loadKey("key", (await keysOf(r1cs)).zkey);
    const proofs = [await backend.prove("key", wtns), await backend.prove("key", wtns)];
    assert.notDeepEqual(proofs[0]?.proof, proofs[1]?.proof);
  });

  it("maps a key's file, and proves with several keys in turn", async () => {
    const [one, two] = [smallCircuit(10), smallCircuit(33)];
    const backend = nativeBackend();
    for (const [name, { r1cs }] of Object.entries({ one, two })) {
      const { zkey } = await keysOf(r1cs);
      const file = path.join(directory, `${name}.zkey`);
      await writeFile(file, zkey);
      await backend.loadKey(name, file);
    }
    const proofs = await Promise.all([
      backend.prove("one", one.wtns),
      backend.prove("two", two.wtns),
    ]);
    assert.deepEqual(proofs[0].publicSignals, one.witness.slice(1, 4));
    assert.deepEqual(proofs[1].publicSignals, two.witness.slice(1, 4));
  });

  for (const model of ["digits-mlp", "digits-cnn"]) {
    it(`proves the release of ${model}`, async () => {
      const modelDirectory = path.resolve(import.meta.dirname, "../../models", model);
      const store = new LocalStore(path.join(directory, model));
      const release = await buildRelease({ modelDirectory, store, cacheDirectory: directory });
      const { integerModel, provingKey } = release.manifest.artefacts;
      const backend = nativeBackend();
      await backend.loadKey(model, await store.get(provingKey.cid));
      const { heldout } = await readModelFolder(modelDirectory);
      const witness = calculateWitness({
        model: parseModel(await store.get(integerModel.cid)),
        input: Uint8Array.from(heldout[0]?.input ?? []),
        challengeOf: () => 12345n,
      });
      const { proof, publicSignals, phases } = await backend.prove(
        model,
        encodeWtns(witness.values),
      );
      assert.deepEqual(publicSignals, [witness.commitment, witness.evaluation, 12345n]);
      assert.equal(await snarkjsVerifies(release.verifyingKey, publicSignals, proof), true);
      assert.equal(pairingHolds(release.verifyingKey, publicSignals, proof), true);
      assert.deepEqual(Object.keys(phases).slice(0, 3), ["read", "matrices", "fft"]);
    });
  }
});
