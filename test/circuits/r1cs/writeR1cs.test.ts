import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { payloadLength } from "../../../circuits/compiler/integer/payload.ts";
import { BinaryWriter } from "../../../circuits/compiler/r1cs/binaryWriter.ts";
import { buildCircuit } from "../../../circuits/compiler/r1cs/buildCircuit.ts";
import { writeR1cs, writeR1csFile } from "../../../circuits/compiler/r1cs/writeR1cs.ts";
import { encodeWtns } from "../../../circuits/compiler/witness/writeWtns.ts";
import { FIELD_ORDER, toField } from "../../../sdk/protocol/field.ts";
import { readR1cs, readWtns } from "../gadgets/readIden3.ts";
import { sparseRow } from "../gadgets/sparseRow.ts";
import { choices, randomModel } from "../integer/randomModel.ts";
import { completedCircuit } from "../witness/completedCircuit.ts";

const run = promisify(execFile);
const SNARKJS = fileURLToPath(
  new URL("../../../node_modules/snarkjs/build/cli.cjs", import.meta.url),
);

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-r1cs-"));
});
after(() => rm(folder, { recursive: true }));

describe("BinaryWriter", () => {
  it("writes negative and large integers as field elements", () => {
    const values = [
      0,
      1,
      -1,
      2 ** 32,
      -(2 ** 32),
      2 ** 52 + 1,
      -(2 ** 52) - 1,
      FIELD_ORDER - 1n,
      5n,
    ];
    const chunks: Uint8Array[] = [];
    const writer = new BinaryWriter((chunk) => chunks.push(chunk.slice()));
    for (const value of values) writer.field(value);
    writer.flush();
    const bytes = Buffer.concat(chunks);
    values.forEach((value, i) => {
      const hex = Buffer.from(bytes.subarray(32 * i, 32 * i + 32).toReversed()).toString("hex");
      assert.equal(BigInt(`0x${hex}`), toField(BigInt(value)));
    });
  });
});

describe("writeR1cs", () => {
  it("writes every row and the public layout, whatever the size of its chunks", () => {
    for (const seed of [1, 2, 3]) {
      const circuit = buildCircuit(randomModel(seed));
      const chunks: Uint8Array[] = [];
      writeR1cs(circuit, (chunk) => chunks.push(chunk.slice()));
      const file = readR1cs(Buffer.concat(chunks));
      assert.deepEqual(file.rows, [...circuit.rows()].map(sparseRow));
      assert.deepEqual([file.wires, file.outputs, file.publicInputs], [circuit.size.wires, 2, 1]);
    }
  });
});

describe("encodeWtns", () => {
  it("writes every wire's value, h, y and c after the one", () => {
    const model = randomModel(4);
    const { witness } = completedCircuit(model, choices(4).bytes(payloadLength(model.inputs)));
    const values = readWtns(encodeWtns(witness.values));
    assert.equal(values.length, buildCircuit(model).size.wires);
    assert.deepEqual(values.slice(0, 4), [
      1n,
      witness.commitment,
      witness.evaluation,
      witness.challenge,
    ]);
    values.forEach((value, wire) => assert.equal(value, witness.values.field(wire)));
  });
});

describe("snarkjs", () => {
  it("accepts circuit and witness, and names a forged one", async () => {
    const model = randomModel(6);
    const { witness } = completedCircuit(model, choices(6).bytes(payloadLength(model.inputs)));
    const [circuit, honest, forged] = ["c.r1cs", "w.wtns", "f.wtns"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeR1csFile(buildCircuit(model), circuit);
    await writeFile(honest, encodeWtns(witness.values));
    witness.values.set(10, witness.values.field(10) + 1n);
    await writeFile(forged, encodeWtns(witness.values));

    const info = await run(process.execPath, [SNARKJS, "r1cs", "info", circuit]);
    assert.match(info.stdout, /# of Outputs: 2/);
    const check = await run(process.execPath, [SNARKJS, "wtns", "check", circuit, honest]);
    assert.match(check.stdout, /WITNESS IS CORRECT/);
    await assert.rejects(run(process.execPath, [SNARKJS, "wtns", "check", circuit, forged]));
  });
});
