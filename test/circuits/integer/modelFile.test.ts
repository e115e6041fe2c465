import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { CompilerError } from "../../../circuits/compiler/compilerError.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { parseModel, serializeModel } from "../../../circuits/compiler/integer/modelFile.ts";
import type { Operation } from "../../../circuits/compiler/integer/operation.ts";
import { decodeInputs } from "../../../circuits/compiler/integer/payload.ts";
import { input } from "../../../circuits/compiler/integer/primitives/input.ts";
import { matMul } from "../../../circuits/compiler/integer/primitives/matMul.ts";
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
      ['"label":"x"', '"label":"z"'],
    ] as const;
    for (const [from, to] of edits) {
      assert.equal(isRefused(withHeader(bytes, (header) => header.replace(from, to))), true, to);
    }
  });
});

describe("parseModel, before it does any work", () => {
  const SIDE = 512;
  const outputs = [{ name: "y", value: 1, elementType: "int64" }] as const;
  const square = {
    kind: "input",
    label: "x",
    name: "x",
    shape: [SIDE, SIDE],
    elementType: "int8",
  } as const;

  /** A layer of 2^27 multiplications, whose intervals need as many. */
  const layer = (source: number): Operation => ({
    kind: "matMul",
    label: `layer ${source}`,
    source,
    weights: new Float64Array(SIDE * SIDE),
    bias: new Float64Array(SIDE),
  });

  /** What is said against the file, after no interval was looked at. */
  function refusalOf(t: TestContext, bytes: Uint8Array): CompilerError {
    const inferences = [input, matMul].map((each) => t.mock.method(each, "infer"));
    try {
      parseModel(bytes);
    } catch (error) {
      assert.ok(error instanceof CompilerError, String(error));
      assert.deepEqual(
        inferences.map(({ mock }) => mock.callCount()),
        [0, 0],
      );
      return error;
    }
    throw new Error("the file was not refused");
  }

  it("refuses more multiplications in all layers together than one model may have", (t) => {
    const operations = [square, layer(0), layer(1), layer(2)];
    const { code, message } = refusalOf(t, serializeModel({ operations, outputs }));
    assert.equal(code, "ModelTooLarge");
    assert.match(
      message,
      /"layer 2".*402653184 multiplications \(limit 268435456\).*smaller model/,
    );
  });

  it("refuses a file that is not canonical", (t) => {
    const bytes = serializeModel({ operations: [square, layer(0)], outputs });
    const { message } = refusalOf(
      t,
      withHeader(bytes, (header) => `${header} `),
    );
    assert.match(message, /canonical/);
    assert.match(refusalOf(t, Buffer.concat([bytes, bytes])).message, /canonical/);
  });

  it("refuses a large value that is declared as an output over and over", (t) => {
    const large = { ...square, shape: [2 ** 24] };
    const many = ["a", "b", "c", "d"].map((name) => ({ ...outputs[0], name, value: 0 }));
    const { code, message } = refusalOf(t, serializeModel({ operations: [large], outputs: many }));
    assert.equal(code, "ModelTooLarge");
    assert.match(message, /output "d".*limit 67108864/);
  });
});
