import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { type FileLike, powersOfTau, zKey } from "snarkjs";
import { checkBySnarkjs, checkKey } from "../../circuits/keys/checkKey.ts";
import {
  ensureDevelopmentKeys,
  ensureDevelopmentPtau,
} from "../../circuits/keys/developmentKeys.ts";
import { developmentZkey } from "../../circuits/keys/developmentZkey.ts";
import { KeyError, type KeyErrorCode } from "../../circuits/keys/keyError.ts";
import { makeBySnarkjs, makeKeyFromPtau } from "../../circuits/keys/keyFromPtau.ts";
import { developmentPowersOfTau } from "../../circuits/keys/powersOfTau.ts";
import { endEngineAfterTests, listener, singleThreaded } from "../circuits/keys/engine.ts";
import {
  type Row,
  type SmallCircuit,
  r1csFile,
  smallCircuit,
} from "../circuits/keys/smallCircuit.ts";
import { constantCircuit, randomCircuit } from "./circuits.ts";
import { skip } from "./native.ts";

const DOMAIN = 2 ** 9;
const directory = await mkdtemp(path.join(tmpdir(), "assay-native-setup-"));
after(() => rm(directory, { recursive: true }));

const ptauPath = await ensureDevelopmentPtau({ domainSize: DOMAIN, cacheDirectory: directory });
const place = (name: string) => path.join(directory, name);
const inMemory = (data: Uint8Array): FileLike => ({ type: "mem", data });

/** A key made by the native setup in a folder of its own. */
async function nativeKey(r1cs: Uint8Array | string): Promise<Uint8Array> {
  const cacheDirectory = await mkdtemp(place("keys-"));
  return (await ensureDevelopmentKeys({ r1cs, name: "key", cacheDirectory })).zkey;
}

const isKeyError = (code: KeyErrorCode) => (error: unknown) => {
  assert(error instanceof KeyError, String(error));
  assert.equal(error.code, code, error.message);
  return true;
};

const circuits: Readonly<Record<string, SmallCircuit>> = {
  small: smallCircuit(20),
  random: randomCircuit(7, false),
  linear: randomCircuit(8, true),
  constant: constantCircuit(1n),
};

describe("the native setup", { skip }, () => {
  endEngineAfterTests();

  for (const [name, { r1cs }] of Object.entries(circuits)) {
    it(`makes the development key of a ${name} circuit that TypeScript makes`, async () => {
      const file = place(`${name}.r1cs`);
      await writeFile(file, r1cs);
      const expected = await developmentZkey(await singleThreaded(), r1cs);
      assert.deepEqual(await nativeKey(r1cs), expected);
      assert.deepEqual(await nativeKey(file), expected);
    });

    it(`makes the key from powers of tau of a ${name} circuit that snarkjs makes`, async () => {
      const [ours, theirs] = [place(`${name}-ours.zkey`), place(`${name}-theirs.zkey`)];
      const made = await makeKeyFromPtau({ r1cs, ptauPath, zkeyPath: ours });
      assert.equal(made, "native");
      await makeBySnarkjs({ r1cs, ptauPath, zkeyPath: theirs });
      assert.deepEqual(await readFile(ours), await readFile(theirs));
    });

    it(`finds valid what snarkjs finds valid, for a ${name} circuit`, async () => {
      const input = { r1cs, ptauPath, zkey: await nativeKey(r1cs), isProduction: false };
      assert.equal(await checkKey(input), "native");
      await checkBySnarkjs(input);
    });
  }

  it("hashes as snarkjs does where it rounds up the number of points", async () => {
    const row = (index: bigint): Row => [[[1, index]], [[2, 1n]], [[3, 1n - index]]];
    const r1cs = r1csFile(
      Array.from({ length: 2 ** 14 + 5 }, (_, index) => row(BigInt(index))),
      4,
    );
    assert.deepEqual(await nativeKey(r1cs), await developmentZkey(await singleThreaded(), r1cs));
    const cacheDirectory = directory;
    const large = await ensureDevelopmentPtau({ domainSize: 2 ** 15, cacheDirectory });
    const [ours, theirs] = [place("large-ours.zkey"), place("large-theirs.zkey")];
    await makeKeyFromPtau({ r1cs, ptauPath: large, zkeyPath: ours });
    await makeBySnarkjs({ r1cs, ptauPath: large, zkeyPath: theirs });
    assert.deepEqual(await readFile(ours), await readFile(theirs));
  });

  it("makes the powers of tau that TypeScript makes, and snarkjs verifies them", async () => {
    const cacheDirectory = await mkdtemp(place("ptau-"));
    const data = await readFile(await ensureDevelopmentPtau({ domainSize: 16, cacheDirectory }));
    assert.deepEqual(new Uint8Array(data), await developmentPowersOfTau(await singleThreaded(), 4));
    const { complaints, logger } = listener();
    assert.equal(await powersOfTau.verify({ type: "mem", data }, logger), true);
    assert.deepEqual(complaints, []);
  });
});

describe("checkKey", { skip }, () => {
  endEngineAfterTests();
  const { r1cs } = smallCircuit(20);
  const initial = place("initial.zkey");
  const contributed = place("contributed.zkey");
  const final = place("final.zkey");
  const check = (zkey: string | Uint8Array, isProduction = true) =>
    checkKey({ r1cs, ptauPath, zkey, isProduction });

  it("accepts for production what a person and a beacon have contributed to", async () => {
    await makeKeyFromPtau({ r1cs, ptauPath, zkeyPath: initial });
    await zKey.contribute(initial, contributed, "Ada", "some words that Ada typed");
    await zKey.beacon(contributed, final, "last", "0a".repeat(32), 10);
    for (const zkey of [contributed, final]) {
      await check(zkey);
      await checkBySnarkjs({ r1cs, ptauPath, zkey, isProduction: true });
    }
  });

  it("refuses for production a key without a person's contribution, as the fallback does", async () => {
    for (const zkey of [initial, await nativeKey(r1cs)]) {
      await check(zkey, false);
      await assert.rejects(check(zkey), isKeyError("KeyRejected"));
      const bySnarkjs = checkBySnarkjs({ r1cs, ptauPath, zkey, isProduction: true });
      await assert.rejects(bySnarkjs, isKeyError("KeyRejected"));
    }
  });

  it("refuses a key after a change in each section, as snarkjs does", async () => {
    const zkey = await readFile(final);
    // One point for its neighbour; for the coefficients, one for one with another value.
    const changes = [
      { id: 3, at: 0, width: 64 },
      { id: 4, at: 4 + 12, width: 32, from: 4 + 44 + 12 },
      { id: 5, at: 64 * 4, width: 64 },
      { id: 6, at: 64 * 4, width: 64 },
      { id: 7, at: 128 * 4, width: 128 },
      { id: 8, at: 64 * 3, width: 64 },
      { id: 9, at: 64 * 5, width: 64 },
      { id: 10, at: 64 + 4, width: 64 },
    ];
    for (const { id, at, width, from = at + width } of changes) {
      const start = sectionStart(zkey, id);
      const forged = Buffer.from(zkey);
      forged.copy(forged, start + at, start + from, start + from + width);
      assert.notDeepEqual(forged, zkey, `section ${id}`);
      await assert.rejects(check(forged), isKeyError("KeyRejected"), `section ${id}`);
      const isValid = await zKey
        .verifyFromR1cs(inMemory(r1cs), ptauPath, inMemory(forged), listener().logger)
        .catch(() => false);
      assert.equal(isValid, false, `section ${id}`);
    }
  });

  it("refuses a key of another circuit", async () => {
    const zkey = await nativeKey(smallCircuit(21).r1cs);
    await assert.rejects(check(zkey, false), isKeyError("KeyRejected"));
  });

  it("refuses a key of other powers of tau", async () => {
    const other = place("other.ptau");
    const ptau = await readFile(ptauPath);
    // Alpha's powers begin with alpha: its neighbour is another valid point.
    const start = sectionStart(ptau, 4);
    ptau.copy(ptau, start, start + 64, start + 128);
    await writeFile(other, ptau);
    const outcome = checkKey({ r1cs, ptauPath: other, zkey: final, isProduction: true });
    await assert.rejects(outcome, isKeyError("KeyRejected"));
  });
});

describe("a setup", { skip }, () => {
  it("tells its phases, and ends when its signal does, without a file", async () => {
    const cacheDirectory = await mkdtemp(place("abort-"));
    const { r1cs } = smallCircuit(20);
    const phases: string[] = [];
    const abort = new AbortController();
    const options = { r1cs, name: "abort", cacheDirectory, signal: abort.signal };
    const onPhase = (phase: string) => void phases.push(phase);
    const reason = new Error("enough");
    abort.abort(reason);
    await assert.rejects(ensureDevelopmentKeys({ ...options, onPhase }), reason);
    assert.deepEqual(await readdir(cacheDirectory), []);
    await ensureDevelopmentKeys({ r1cs, name: "abort", cacheDirectory, onPhase });
    assert.deepEqual([phases[0], phases.at(-1)], ["rows", "finish"]);
  });

  it("can be stopped while it works", async () => {
    const cacheDirectory = await mkdtemp(place("stop-"));
    const abort = new AbortController();
    const onPhase = (phase: string) => {
      if (phase === "powers") abort.abort();
    };
    const options = { domainSize: 2 ** 14, cacheDirectory, signal: abort.signal, onPhase };
    await assert.rejects(ensureDevelopmentPtau(options), { name: "AbortError" });
    assert.deepEqual(await readdir(cacheDirectory), []);
  });
});

/** Where the bytes of a section begin. */
function sectionStart(file: Buffer, id: number): number {
  for (let offset = 12; ;) {
    const start = offset + 12;
    if (file.readUInt32LE(offset) === id) return start;
    offset = start + Number(file.readBigUInt64LE(offset + 4));
  }
}
