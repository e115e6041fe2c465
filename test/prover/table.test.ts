import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { ensureDevelopmentKeys } from "../../circuits/keys/developmentKeys.ts";
import { OrchestratorError } from "../../orchestrator/domain/errors.ts";
import { FIELD_ORDER } from "../../sdk/protocol/field.ts";
import { endEngineAfterTests } from "../circuits/keys/engine.ts";
import { type SmallCircuit, smallCircuit } from "../circuits/keys/smallCircuit.ts";
import { constantCircuit, randomCircuit } from "./circuits.ts";
import { nativeBackend, nativeModule, skip } from "./native.ts";
import { pairingHolds, snarkjsVerifies } from "./verify.ts";

const directory = await mkdtemp(path.join(tmpdir(), "assay-table-"));
after(() => rm(directory, { recursive: true }));

const TABLE_BYTES = 2 ** 26;
const circuit = smallCircuit(50);

const keysOf = (r1cs: Uint8Array) =>
  ensureDevelopmentKeys({ r1cs, name: "test", cacheDirectory: directory });

const is = (code: string) => (error: unknown) =>
  error instanceof OrchestratorError && error.data["native"] === code;

async function isProven({ r1cs, wtns }: SmallCircuit, isPortable = false): Promise<void> {
  const { zkey, verifyingKey } = await keysOf(r1cs);
  const backend = nativeBackend({ tableBytes: TABLE_BYTES, isPortable });
  await backend.loadKey("key", zkey);
  assert((await backend.makeKeyTable("key")).tableBytes > 0);
  const { proof, publicSignals } = await backend.prove("key", wtns);
  assert.equal(await snarkjsVerifies(verifyingKey, publicSignals, proof), true);
  assert.equal(pairingHolds(verifyingKey, publicSignals, proof), true);
}

describe("a key's table of multiples", { skip }, () => {
  endEngineAfterTests();

  it("is made of as many multiples as there is room for, and once", async () => {
    const { zkey } = await keysOf(circuit.r1cs);
    const sizes: number[] = [];
    for (const tableBytes of [0, 2 ** 13, 2 ** 15, TABLE_BYTES]) {
      const backend = nativeBackend({ tableBytes });
      await backend.loadKey("key", zkey);
      const made = await backend.makeKeyTable("key");
      assert(made.tableBytes <= tableBytes);
      const again = await backend.makeKeyTable("key");
      assert.deepEqual([again.tableBytes, again.tableMs], [made.tableBytes, 0]);
      sizes.push(made.tableBytes);
    }
    assert.equal(sizes[0], 0);
    assert((sizes[2] ?? 0) > 0 && (sizes[3] ?? 0) >= (sizes[2] ?? 0));
  });

  it("gives proofs that snarkjs and another library verify", async () => {
    await isProven(circuit);
    for (let seed = 0; seed < 3; seed += 1) await isProven(randomCircuit(seed, seed === 2));
    for (const value of [0n, 1n, FIELD_ORDER - 1n]) await isProven(constantCircuit(value));
  });

  it("shares its room with the tables of other keys, until they are unloaded", async () => {
    const { zkey } = await keysOf(circuit.r1cs);
    const alone = nativeBackend({ tableBytes: TABLE_BYTES });
    await alone.loadKey("one", zkey);
    const { tableBytes } = await alone.makeKeyTable("one");
    const backend = nativeBackend({ tableBytes });
    await backend.loadKey("one", zkey);
    await backend.loadKey("two", zkey);
    assert.equal((await backend.makeKeyTable("one")).tableBytes, tableBytes);
    assert.equal((await backend.makeKeyTable("two")).tableBytes, 0);
    backend.unload("one");
    assert.equal((await backend.makeKeyTable("two")).tableBytes, tableBytes);
  });

  it("leaves the keys' own budget and a proof's memory limit alone", async () => {
    const { zkey } = await keysOf(circuit.r1cs);
    const plain = nativeBackend({ tableBytes: TABLE_BYTES });
    const { keyBytes, proofBytes } = await plain.loadKey("key", zkey);
    for (const limits of [{ cacheBytes: keyBytes }, { memoryLimitBytes: proofBytes }]) {
      const backend = nativeBackend({ tableBytes: TABLE_BYTES, ...limits });
      await backend.loadKey("key", zkey);
      assert.equal((await backend.makeKeyTable("key")).tableBytes, 0);
      assert.equal((await backend.prove("key", circuit.wtns)).publicSignals.length, 3);
    }
    await plain.makeKeyTable("key");
    const { tableBytes } = await plain.makeKeyTable("key");
    const again = nativeBackend({
      tableBytes: TABLE_BYTES,
      cacheBytes: keyBytes + tableBytes,
    });
    await again.loadKey("key", zkey);
    assert.equal((await again.makeKeyTable("key")).tableBytes, tableBytes);
  });

  it("is refused for a key that is not loaded, and stops when asked", async () => {
    const backend = nativeBackend({ tableBytes: TABLE_BYTES });
    await assert.rejects(backend.makeKeyTable("key"), is("KeyUnknown"));
    const { zkey } = await keysOf(circuit.r1cs);
    const { NativeProver, ProofControl } = nativeModule();
    const prover = new NativeProver({ threads: 1, cacheBytes: 2 ** 28, tableBytes: TABLE_BYTES });
    await prover.loadKeyBytes("key", zkey);
    const control = new ProofControl();
    control.cancel();
    assert.equal((await prover.makeTable("key", control)).failure?.code, "Cancelled");
    assert.equal((await prover.makeTable("key")).failure, undefined);
  });

  // Last, since it holds for the whole process.
  it("gives proofs without AVX-512", () => isProven(circuit, true));
});
