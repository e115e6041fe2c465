import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CompilerError } from "../../../circuits/compiler/compilerError.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { parseModel, serializeModel } from "../../../circuits/compiler/integer/modelFile.ts";
import { decodeInputs } from "../../../circuits/compiler/integer/payload.ts";
import { choices, payloads, randomModel } from "./randomModel.ts";

function isRefused(bytes: Uint8Array): boolean {
  try {
    parseModel(bytes);
    return false;
  } catch (error) {
    assert.ok(error instanceof CompilerError, String(error));
    return true;
  }
}

/** The file with its JSON header replaced. */
function withHeader(bytes: Uint8Array, edit: (header: string) => string): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8);
  const header = edit(new TextDecoder().decode(bytes.subarray(12, 12 + length)));
  const json = new TextEncoder().encode(header);
  const prefix = bytes.slice(0, 12);
  new DataView(prefix.buffer).setUint32(8, json.length);
  return Buffer.concat([prefix, json, bytes.subarray(12 + length)]);
}

describe("parseModel", () => {
  it("reads back what serializeModel wrote, to the same bytes, intervals and results", () => {
    for (let seed = 0; seed < 60; seed++) {
      const model = randomModel(seed);
      const bytes = serializeModel(model);
      const again = parseModel(bytes);
      assert.deepEqual(again, model);
      assert.deepEqual(serializeModel(again), bytes);
      for (const input of payloads(model, choices(seed), 1)) {
        const elements = decodeInputs(model, input);
        assert.deepEqual(interpret(again, elements), interpret(model, elements));
      }
    }
  });

  it("refuses every file with one byte cut, added or put wrong in its header", () => {
    const bytes = serializeModel(randomModel(3));
    assert.equal(isRefused(bytes.subarray(0, -1)), true);
    assert.equal(isRefused(Buffer.concat([bytes, Uint8Array.of(0)])), true);
    assert.equal(isRefused(new Uint8Array(0)), true);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8);
    for (let i = 0; i < 12 + length; i++) {
      const damaged = bytes.slice();
      damaged[i] = 0x80;
      assert.equal(isRefused(damaged), true, `byte ${i}`);
    }
  });

  it("refuses a second spelling of the same model", () => {
    const bytes = serializeModel(randomModel(5));
    assert.equal(isRefused(withHeader(bytes, (header) => ` ${header}`)), true);
    assert.equal(
      isRefused(withHeader(bytes, (header) => header.replace('"version":1,', '"version":1, '))),
      true,
    );
  });

  it("refuses references forward, to nothing, and unknown operations and fields", () => {
    const b = new IntegerBuilder();
    const x = b.input({ name: "x", shape: [1], elementType: "int8" });
    b.output({ name: "y", value: b.isZero({ source: x }), elementType: "int8" });
    const bytes = serializeModel(b.build());
    const edits = [
      ['"source":0', '"source":1'],
      ['"value":1', '"value":2'],
      ['"kind":"isZero"', '"kind":"isTwo"'],
      ['"source":0', '"source":0,"more":1'],
      ['"shape":[1]', '"shape":[1e9]'],
      ['"shape":[1]', '"shape":[-1]'],
      ['"int8"', '"int9"'],
    ] as const;
    for (const [from, to] of edits) {
      assert.equal(isRefused(withHeader(bytes, (header) => header.replace(from, to))), true, to);
    }
  });
});
