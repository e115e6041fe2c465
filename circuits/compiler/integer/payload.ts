import { CompilerError } from "../compilerError.ts";
import type { ElementType } from "./elementType.ts";
import { elementBytes, elementRange, isSigned } from "./elementType.ts";
import type { IntegerModel } from "./integerModel.ts";
import { elementCount } from "./integerModel.ts";

/** A tensor's place in a payload. */
export interface PayloadTensor {
  readonly shape: readonly number[];
  readonly elementType: ElementType;
}

/** Bytes of tensors laid back to back. */
export function payloadLength(tensors: readonly PayloadTensor[]): number {
  return tensors.reduce(
    (sum, tensor) => sum + elementCount(tensor.shape) * elementBytes(tensor.elementType),
    0,
  );
}

/**
 * Payload bytes → integers, one array per tensor. Elements are big-endian, row-major, back to back;
 * those of 8 bytes saturate to ±2^51. Throws `PayloadLengthWrong`.
 */
export function decodePayload(
  tensors: readonly PayloadTensor[],
  bytes: Uint8Array,
): Float64Array[] {
  const expected = payloadLength(tensors);
  if (bytes.length !== expected) {
    throw new CompilerError(
      "PayloadLengthWrong",
      `the payload has ${bytes.length} bytes, the schema wants ${expected}`,
      { actual: bytes.length, expected },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  return tensors.map(({ shape, elementType }) => {
    const width = elementBytes(elementType);
    const elements = new Float64Array(elementCount(shape));
    for (let i = 0; i < elements.length; i++, offset += width) {
      elements[i] = readElement(view, offset, elementType);
    }
    return elements;
  });
}

/** Integers → payload bytes; throws `PayloadValueOutOfRange` for an element that does not fit its type. */
export function encodePayload(
  tensors: readonly PayloadTensor[],
  elements: readonly Float64Array[],
): Uint8Array {
  const bytes = new Uint8Array(payloadLength(tensors));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  tensors.forEach(({ shape, elementType }, position) => {
    const values = elements[position];
    if (values?.length !== elementCount(shape)) {
      throw new CompilerError(
        "PayloadLengthWrong",
        `tensor ${position} has ${values?.length ?? 0} elements, shape [${shape}] wants ${elementCount(shape)}`,
        { tensor: position, expected: elementCount(shape) },
      );
    }
    for (const value of values) {
      requireInRange(value, elementType);
      writeElement(view, offset, elementType, value);
      offset += elementBytes(elementType);
    }
  });
  return bytes;
}

/** Payload of a model's inputs → one array per input. */
export function decodeInputs(model: IntegerModel, bytes: Uint8Array): Float64Array[] {
  return decodePayload(model.inputs, bytes);
}

/** A model's outputs → payload. */
export function encodeOutputs(model: IntegerModel, outputs: readonly Float64Array[]): Uint8Array {
  return encodePayload(model.outputs, outputs);
}

function readElement(view: DataView, offset: number, type: ElementType): number {
  switch (type) {
    case "uint8":
      return view.getUint8(offset);
    case "int8":
      return view.getInt8(offset);
    case "uint16":
      return view.getUint16(offset);
    case "int16":
      return view.getInt16(offset);
    case "uint32":
      return view.getUint32(offset);
    case "int32":
      return view.getInt32(offset);
    default: {
      const { low, high } = elementRange(type);
      const exact = isSigned(type) ? view.getBigInt64(offset) : view.getBigUint64(offset);
      return Math.min(Math.max(Number(exact), low), high);
    }
  }
}

function writeElement(view: DataView, offset: number, type: ElementType, value: number): void {
  switch (elementBytes(type)) {
    case 1:
      return view.setUint8(offset, value);
    case 2:
      return view.setUint16(offset, value);
    case 4:
      return view.setUint32(offset, value);
    default:
      return view.setBigInt64(offset, BigInt(value));
  }
}

function requireInRange(value: number, elementType: ElementType): void {
  const { low, high } = elementRange(elementType);
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new CompilerError(
    "PayloadValueOutOfRange",
    `${value} is not in the range ${low}…${high} of ${elementType}`,
    { value, elementType },
  );
}
