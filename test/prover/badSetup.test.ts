import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { promisify } from "node:util";
import { checkKey } from "../../circuits/keys/checkKey.ts";
import {
  ensureDevelopmentKeys,
  ensureDevelopmentPtau,
} from "../../circuits/keys/developmentKeys.ts";
import { KeyError, type KeyErrorCode } from "../../circuits/keys/keyError.ts";
import { makeKeyFromPtau } from "../../circuits/keys/keyFromPtau.ts";
import { smallCircuit } from "../circuits/keys/smallCircuit.ts";
import { skip } from "./native.ts";

const runFile = promisify(execFile);
const directory = await mkdtemp(path.join(tmpdir(), "assay-bad-setup-"));
after(() => rm(directory, { recursive: true }));

const { r1cs } = smallCircuit(20);
const ptauPath = await ensureDevelopmentPtau({ domainSize: 32, cacheDirectory: directory });
const output = await mkdtemp(path.join(directory, "output-"));
const zkeyPath = path.join(output, "key.zkey");

/** Expects a typed refusal that leaves no file. */
async function refuses(outcome: Promise<unknown>, code: KeyErrorCode, native?: string) {
  await assert.rejects(outcome, (error) => {
    assert(error instanceof KeyError, String(error));
    assert.equal(error.code, code, error.message);
    if (native !== undefined) assert.equal(error.data["native"], native);
    return true;
  });
  assert.deepEqual(await readdir(output), []);
}

function changed(file: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, at);
  return copy;
}

describe("a bad circuit", { skip }, () => {
  const make = (circuit: string | Uint8Array) =>
    makeKeyFromPtau({ r1cs: circuit, ptauPath, zkeyPath });

  it("is refused when it is cut short, wherever that is", async () => {
    for (let length = 0; length < r1cs.length; length += 41) {
      await refuses(make(r1cs.slice(0, length)), "CircuitMalformed");
    }
  });

  it("is refused when a coefficient is not below r, or a wire is none", async () => {
    // The first term of the first row: header, two section headers, number of terms.
    const term = 12 + 12 + 64 + 12 + 4;
    const coefficient = changed(
      r1cs,
      term + 4,
      Array.from({ length: 32 }, () => 255),
    );
    await refuses(make(coefficient), "CircuitMalformed", "ElementOutOfRange");
    await refuses(make(changed(r1cs, term, [255, 255, 0, 0])), "CircuitMalformed");
  });

  it("is refused when it is of another field, or absent", async () => {
    await refuses(make(changed(r1cs, 12 + 12 + 4, [3])), "CircuitMalformed", "CurveUnsupported");
    const absent = path.join(directory, "absent.r1cs");
    await refuses(make(absent), "CircuitMalformed", "FileUnreadable");
  });

  it("is refused when it is larger than the powers of tau", async () => {
    await refuses(make(smallCircuit(40).r1cs), "PtauTooSmall");
  });
});

describe("bad powers of tau", { skip }, () => {
  const file = path.join(directory, "bad.ptau");
  const make = async (ptau: Uint8Array) => {
    await writeFile(file, ptau);
    await makeKeyFromPtau({ r1cs, ptauPath: file, zkeyPath });
  };

  it("are refused when they are cut short", async () => {
    const ptau = new Uint8Array(await readFile(ptauPath));
    for (let length = 0; length < ptau.length; length += 1_777) {
      await refuses(make(ptau.slice(0, length)), "PtauMalformed");
    }
  });

  it("are refused when a point that is needed is off its curve, or no element", async () => {
    const ptau = new Uint8Array(await readFile(ptauPath));
    const tau = 12 + 12 + 44 + 12;
    await refuses(make(changed(ptau, tau, [1])), "PtauMalformed", "PointOffCurve");
    const large = Array.from({ length: 32 }, () => 255);
    await refuses(make(changed(ptau, tau, large)), "PtauMalformed", "PointOffCurve");
  });

  it("are refused when they are not prepared for phase two", async () => {
    const ptau = new Uint8Array(await readFile(ptauPath));
    const view = Buffer.from(ptau.buffer);
    for (let offset = 12; offset < ptau.length;) {
      // As if section 12 were one that nobody knows.
      if (view.readUInt32LE(offset) === 12) view.writeUInt32LE(62, offset);
      offset += 12 + Number(view.readBigUInt64LE(offset + 4));
    }
    await refuses(make(ptau), "PtauMalformed", "FileMalformed");
  });
});

describe("a bad key", { skip }, () => {
  it("is refused by the check when it is cut short or holds no point", async () => {
    const cacheDirectory = await mkdtemp(path.join(directory, "keys-"));
    const { zkey } = await ensureDevelopmentKeys({ r1cs, name: "bad", cacheDirectory });
    const check = (bytes: Uint8Array) =>
      checkKey({ r1cs, ptauPath, zkey: bytes, isProduction: false });
    for (let length = 0; length < zkey.length; length += 611) {
      await refuses(check(zkey.slice(0, length)), "ZkeyMalformed");
    }
    const alpha = 12 + 12 + 4 + 12 + 84;
    await refuses(check(changed(zkey, alpha, [1])), "ZkeyMalformed", "PointOffCurve");
  });
});

describe("a place that cannot be written", { skip }, () => {
  it("is named when the folder is not there", async () => {
    const nowhere = path.join(directory, "absent", "key.zkey");
    await refuses(makeKeyFromPtau({ r1cs, ptauPath, zkeyPath: nowhere }), "KeyUnwritable");
  });

  it("leaves no file when there is no more room for it", async () => {
    const circuit = path.join(directory, "circuit.r1cs");
    await writeFile(circuit, r1cs);
    const module = path.resolve(import.meta.dirname, "../../circuits/keys/keyFromPtau.ts");
    const script =
      `import { makeKeyFromPtau } from ${JSON.stringify(module)};` +
      `await makeKeyFromPtau(${JSON.stringify({ r1cs: circuit, ptauPath, zkeyPath })})` +
      `.catch((error) => console.log(error.code));`;
    // Files of this process may grow to 4 KB: what is more is refused, as on a full disk.
    const limited = `ulimit -f 8; exec "$0" --no-warnings --input-type=module --eval "$1"`;
    const { stdout } = await runFile("sh", ["-c", limited, process.execPath, script]);
    assert.equal(stdout.trim(), "KeyUnwritable");
    assert.deepEqual(await readdir(output), []);
  });
});
