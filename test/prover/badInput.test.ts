import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { ensureDevelopmentKeys } from "../../circuits/keys/developmentKeys.ts";
import { OrchestratorError } from "../../orchestrator/domain/errors.ts";
import { FIELD_ORDER } from "../../sdk/protocol/field.ts";
import { smallCircuit, wtnsFile } from "../circuits/keys/smallCircuit.ts";
import { nativeBackend, nativeModule, skip } from "./native.ts";

const directory = await mkdtemp(path.join(tmpdir(), "assay-native-bad-"));
after(() => rm(directory, { recursive: true }));
const { r1cs, wtns, witness } = smallCircuit(20);
const { zkey } = await ensureDevelopmentKeys({ r1cs, name: "bad", cacheDirectory: directory });

const is = (native: string) => (error: unknown) => {
  assert(error instanceof OrchestratorError, String(error));
  assert.equal(error.data["native"], native, String(error.data["reason"]));
  return true;
};

/** A copy with some bytes replaced. */
function changed(file: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, at);
  return copy;
}

/** Where the bytes of a section begin. */
function sectionAt(file: Uint8Array, wanted: number): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 12;
  while (view.getUint32(at, true) !== wanted) at += 12 + Number(view.getBigUint64(at + 4, true));
  return at + 12;
}

const ALL_ONES = Array.from({ length: 32 }, () => 255);

describe("a bad proving key", { skip }, () => {
  const refused = async (file: Uint8Array | string, code: string) =>
    assert.rejects(nativeBackend().loadKey("bad", file), is(code));

  it("is refused when it is cut short anywhere", async () => {
    for (let length = 0; length < zkey.length; length += 97)
      await refused(zkey.slice(0, length), "FileMalformed");
  });

  it("is refused when it is of another kind, version or protocol", async () => {
    await refused(wtns, "FileMalformed");
    await refused(changed(zkey, 4, [2]), "FileMalformed");
    await refused(changed(zkey, sectionAt(zkey, 1), [2]), "FileMalformed");
    await refused(changed(zkey, sectionAt(zkey, 2) + 4, [0]), "CurveUnsupported");
  });

  it("is refused when its counts do not fit its sections", async () => {
    for (const at of [72, 76, 80])
      await refused(changed(zkey, sectionAt(zkey, 2) + at, [9]), "FileMalformed");
    await refused(changed(zkey, sectionAt(zkey, 4), [255, 255, 255, 255]), "FileMalformed");
  });

  it("is refused when a coefficient is out of range, in value or place", async () => {
    const first = sectionAt(zkey, 4) + 4;
    await refused(changed(zkey, first + 12, ALL_ONES), "ElementOutOfRange");
    await refused(changed(zkey, first, [7]), "FileMalformed");
    await refused(changed(zkey, first + 4, [255, 255]), "FileMalformed");
    await refused(changed(zkey, first + 8, [255, 255]), "FileMalformed");
  });

  it("is refused when any point is off its curve, or a coordinate out of range", async () => {
    for (const section of [3, 5, 6, 7, 8, 9]) {
      const at = sectionAt(zkey, section);
      await refused(changed(zkey, at, [(zkey[at] ?? 0) ^ 1]), "PointOffCurve");
      await refused(changed(zkey, at, ALL_ONES), "PointOffCurve");
    }
    const alpha = sectionAt(zkey, 2) + 84;
    await refused(changed(zkey, alpha, [(zkey[alpha] ?? 0) ^ 1]), "PointOffCurve");
  });

  it("is refused when it is not there", async () => {
    await refused(path.join(directory, "nothing.zkey"), "FileUnreadable");
    const empty = path.join(directory, "empty.zkey");
    await writeFile(empty, "");
    await refused(empty, "FileMalformed");
  });
});

describe("a bad witness", { skip }, () => {
  const refused = async (file: Uint8Array, code: string) => {
    const backend = nativeBackend();
    await backend.loadKey("key", zkey);
    await assert.rejects(backend.prove("key", file), is(code));
    // The prover is none the worse for it.
    assert.equal((await backend.prove("key", wtns)).publicSignals.length, 3);
  };

  it("is refused when it is cut short anywhere", async () => {
    for (let length = 0; length < wtns.length; length += 61)
      await refused(wtns.slice(0, length), "FileMalformed");
  });

  it("is refused when it is of another circuit", async () => {
    await refused(smallCircuit(21).wtns, "CircuitMismatch");
    await refused(zkey, "FileMalformed");
    await refused(changed(wtns, sectionAt(wtns, 1) + 4, [2]), "CurveUnsupported");
  });

  it("is refused when a value is not below r, or the first is not one", async () => {
    await refused(wtnsFile([1n, FIELD_ORDER, ...witness.slice(2)]), "ElementOutOfRange");
    await refused(wtnsFile([2n, ...witness.slice(1)]), "FileMalformed");
  });

  it("is refused when it breaks a constraint", async () => {
    const broken = witness.map((value, wire) => (wire === 6 ? value + 1n : value));
    await refused(wtnsFile(broken), "ProofRejected");
  });
});

describe("NativeBackend's limits", { skip }, () => {
  it("refuses settings out of range", () => {
    for (const settings of [
      { threads: 0 },
      { threads: 5000 },
      { cacheBytes: -1 },
      { memoryLimitBytes: NaN },
      { tableBytes: -1 },
    ])
      assert.throws(() => nativeBackend(settings), /ParameterInvalid/);
  });

  it("keeps within its memory limit, or says what it needs", async () => {
    const backend = nativeBackend({ memoryLimitBytes: 1000 });
    await backend.loadKey("key", zkey);
    await assert.rejects(backend.prove("key", wtns), is("MemoryLimit"));
  });

  it("keeps no more keys than its budget holds, and always the newest", async () => {
    const backend = nativeBackend({ cacheBytes: 1 });
    await backend.loadKey("one", zkey);
    await backend.loadKey("two", zkey);
    await assert.rejects(backend.prove("one", wtns), is("KeyUnknown"));
    await backend.prove("two", wtns);
    backend.unload("two");
    await assert.rejects(backend.prove("two", wtns), is("KeyUnknown"));
  });

  it("stops when asked, and proves again afterwards", async () => {
    const backend = nativeBackend();
    await backend.loadKey("key", zkey);
    const controller = new AbortController();
    const proof = backend.prove("key", wtns, { signal: controller.signal });
    controller.abort(new Error("no longer wanted"));
    await assert.rejects(proof, /no longer wanted/);
    await backend.prove("key", wtns);
  });

  it("says which phase begins", async () => {
    const { NativeProver, ProofControl } = nativeModule();
    const prover = new NativeProver({ threads: 1, cacheBytes: 0 });
    await prover.loadKeyBytes("key", zkey);
    const heard: string[] = [];
    const reply = await prover.prove("key", wtns, new ProofControl((phase) => heard.push(phase)));
    assert.equal(reply.failure, undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(heard.toSorted(), reply.phases.map(({ phase }) => phase).toSorted());
  });
});
