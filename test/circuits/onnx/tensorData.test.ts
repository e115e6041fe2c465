import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dataTypeOf, type ElementType } from "../../../circuits/compiler/onnx/elementType.ts";
import { readTensor, type TensorMessage } from "../../../circuits/compiler/onnx/tensorData.ts";

const empty = {
  floatData: [],
  int32Data: [],
  int64Data: [],
  uint64Data: [],
  doubleData: [],
  externalData: [],
};

function tensor(elementType: ElementType, parts: Partial<TensorMessage>): number[] {
  const message = { ...empty, name: "w", dims: [2], dataType: dataTypeOf(elementType), ...parts };
  return [...readTensor(message).data];
}

function raw(values: ArrayBufferView): { rawData: Uint8Array } {
  return { rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

describe("readTensor", () => {
  it("reads raw data of every type, little-endian", () => {
    assert.deepEqual(tensor("float32", raw(Float32Array.of(0.5, -2))), [0.5, -2]);
    assert.deepEqual(tensor("float64", raw(Float64Array.of(0.1, -2))), [0.1, -2]);
    assert.deepEqual(tensor("float16", raw(Uint16Array.of(0x3c00, 0xc500))), [1, -5]);
    assert.deepEqual(tensor("bfloat16", raw(Uint16Array.of(0x3f80, 0xc000))), [1, -2]);
    assert.deepEqual(tensor("int8", raw(Int8Array.of(-1, 7))), [-1, 7]);
    assert.deepEqual(tensor("uint8", raw(Uint8Array.of(255, 7))), [255, 7]);
    assert.deepEqual(tensor("int16", raw(Int16Array.of(-300, 7))), [-300, 7]);
    assert.deepEqual(tensor("uint16", raw(Uint16Array.of(65535, 7))), [65535, 7]);
    assert.deepEqual(tensor("int32", raw(Int32Array.of(-70000, 7))), [-70000, 7]);
    assert.deepEqual(tensor("uint32", raw(Uint32Array.of(2 ** 32 - 1, 7))), [2 ** 32 - 1, 7]);
    assert.deepEqual(tensor("int64", raw(BigInt64Array.of(-5n, 7n))), [-5, 7]);
    assert.deepEqual(tensor("uint64", raw(BigUint64Array.of(5n, 7n))), [5, 7]);
    assert.deepEqual(tensor("bool", raw(Uint8Array.of(2, 0))), [1, 0]);
  });

  it("reads typed fields", () => {
    assert.deepEqual(tensor("float32", { floatData: [1, 2] }), [1, 2]);
    assert.deepEqual(tensor("float64", { doubleData: [1, 2] }), [1, 2]);
    assert.deepEqual(tensor("int64", { int64Data: [1, -2] }), [1, -2]);
    assert.deepEqual(tensor("uint32", { uint64Data: [1, 2] }), [1, 2]);
    assert.deepEqual(tensor("int8", { int32Data: [1, -2] }), [1, -2]);
    assert.deepEqual(tensor("bool", { int32Data: [1, 0] }), [1, 0]);
    assert.deepEqual(tensor("float16", { int32Data: [0x0001, 0x7c00] }), [2 ** -24, Infinity]);
  });

  it("reads scalars and empty tensors", () => {
    assert.deepEqual(tensor("float32", { dims: [], floatData: [3] }), [3]);
    assert.deepEqual(tensor("float32", { dims: [0] }), []);
  });
});
