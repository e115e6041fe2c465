import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { CompilerError } from "../../../circuits/compiler/compilerError.ts";
import {
  ELEMENT_TYPES,
  elementBytes,
  elementRange,
} from "../../../circuits/compiler/integer/elementType.ts";
import { decodePayload, encodePayload } from "../../../circuits/compiler/integer/payload.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("decodePayload", () => {
  it("reads big-endian elements back to back, signed by their type", () => {
    const tensors = [
      { shape: [2], elementType: "int8" },
      { shape: [1], elementType: "uint16" },
      { shape: [1, 1], elementType: "int32" },
    ] as const;
    const decoded = decodePayload(tensors, hex("ff7f0102fffffffe"));
    assert.deepEqual(
      decoded.map((values) => Array.from(values)),
      [[-1, 127], [0x0102], [-2]],
    );
  });

  it("saturates elements of 8 bytes", () => {
    const signed = [{ shape: [4], elementType: "int64" }] as const;
    const bytes = hex("7fffffffffffffff 8000000000000000 0007ffffffffffff 0008000000000000");
    const [values = new Float64Array()] = decodePayload(signed, bytes);
    assert.deepEqual(Array.from(values), [2 ** 51 - 1, -(2 ** 51), 2 ** 51 - 1, 2 ** 51 - 1]);
    const unsigned = [{ shape: [1], elementType: "uint64" }] as const;
    assert.deepEqual(decodePayload(unsigned, hex("ffffffffffffffff"))[0]?.[0], 2 ** 51 - 1);
  });

  it("refuses another length", () => {
    const tensors = [{ shape: [2], elementType: "int16" }] as const;
    assert.throws(() => decodePayload(tensors, new Uint8Array(3)), CompilerError);
  });
});

describe("encodePayload", () => {
  for (const elementType of ELEMENT_TYPES) {
    it(`is undone by decodePayload: ${elementType}`, () => {
      const { low, high } = elementRange(elementType);
      const element = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(low, high, 0));
      fc.assert(
        fc.property(fc.array(element, { maxLength: 5 }), (drawn) => {
          const values = drawn.map((value) => Math.min(Math.max(value, low), high) + 0);
          const tensors = [{ shape: [values.length], elementType }];
          const bytes = encodePayload(tensors, [Float64Array.from(values)]);
          assert.equal(bytes.length, values.length * elementBytes(elementType));
          assert.deepEqual(decodePayload(tensors, bytes), [Float64Array.from(values)]);
        }),
      );
    });
  }

  it("refuses an element out of its type's range, and a missing tensor", () => {
    const tensors = [{ shape: [1], elementType: "uint8" }] as const;
    assert.throws(() => encodePayload(tensors, [Float64Array.of(256)]), CompilerError);
    assert.throws(() => encodePayload(tensors, [Float64Array.of(0.5)]), CompilerError);
    assert.throws(() => encodePayload(tensors, []), CompilerError);
  });
});
