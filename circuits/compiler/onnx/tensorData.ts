import { refusal } from "../refusal.ts";
import { elementTypeOf, isFloat, type ElementType } from "./elementType.ts";
import { LIMITS } from "./limits.ts";
import { sizeOf, type Tensor } from "./tensor.ts";

/** A `TensorProto` after protobuf decoding; 64-bit integers are doubles already. */
export type TensorMessage = {
  readonly dims: readonly number[];
  readonly dataType?: number;
  readonly name?: string;
  readonly segment?: Uint8Array | undefined;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly number[];
  readonly uint64Data: readonly number[];
  readonly doubleData: readonly number[];
  readonly rawData?: Uint8Array | undefined;
  readonly externalData: readonly Uint8Array[];
  readonly dataLocation?: number;
};

const BYTES: Readonly<Record<ElementType, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  float16: 2,
  bfloat16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  uint64: 8,
  int64: 8,
  float64: 8,
};

/**
 * Reads a `TensorProto` in any of its encodings.
 * @throws CompilerError ExternalData, TensorTypeUnsupported, TensorTooLarge, TensorTruncated, WeightNotFinite
 */
export function readTensor(message: TensorMessage, name = message.name ?? ""): Tensor {
  if ((message.dataLocation ?? 0) !== 0 || message.externalData.length > 0) {
    throw refusal("ExternalData", { tensor: name });
  }
  const elementType = elementTypeOf(message.dataType ?? 0);
  if (elementType === undefined || (message.segment?.length ?? 0) > 0) {
    throw refusal("TensorTypeUnsupported", { tensor: name, dataType: message.dataType });
  }
  const shape = checkShape(name, message.dims);
  const size = sizeOf(shape);
  const raw = message.rawData;
  const data =
    raw !== undefined && raw.length > 0
      ? readRaw({ name, elementType, size, raw })
      : readTyped({ name, elementType, size, message });
  if (isFloat(elementType)) checkFinite(name, data);
  return { elementType, shape, data };
}

function checkShape(name: string, dims: readonly number[]): number[] {
  if (dims.length > LIMITS.rank) {
    throw refusal("ModelTooLarge", { tensor: name, rank: dims.length });
  }
  let size = 1;
  for (const dimension of dims) {
    size *= dimension;
    if (!Number.isSafeInteger(dimension) || dimension < 0 || size > LIMITS.tensorElements) {
      throw refusal("ModelTooLarge", { tensor: name, shape: dims.join("×") });
    }
  }
  return [...dims];
}

function checkFinite(name: string, data: Float64Array): void {
  const at = data.findIndex((value) => Number.isNaN(value));
  if (at >= 0) throw refusal("WeightNotFinite", { tensor: name, index: at, value: "NaN" });
}

type RawInput = {
  readonly name: string;
  readonly elementType: ElementType;
  readonly size: number;
  readonly raw: Uint8Array;
};

function readRaw({ name, elementType, size, raw }: RawInput): Float64Array {
  const width = BYTES[elementType];
  if (raw.length !== size * width) {
    throw refusal("TensorTruncated", {
      tensor: name,
      expectedBytes: size * width,
      actualBytes: raw.length,
    });
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = READERS[elementType];
  const data = new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = read(view, i * width);
  return data;
}

const READERS: Readonly<Record<ElementType, (view: DataView, at: number) => number>> = {
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  uint8: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  uint16: (view, at) => view.getUint16(at, true),
  int16: (view, at) => view.getInt16(at, true),
  float16: (view, at) => fromFloat16(view.getUint16(at, true)),
  bfloat16: (view, at) => fromBfloat16(view.getUint16(at, true)),
  uint32: (view, at) => view.getUint32(at, true),
  int32: (view, at) => view.getInt32(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  float64: (view, at) => view.getFloat64(at, true),
};

type TypedInput = {
  readonly name: string;
  readonly elementType: ElementType;
  readonly size: number;
  readonly message: TensorMessage;
};

function readTyped({ name, elementType, size, message }: TypedInput): Float64Array {
  const [values, convert] = typedField(elementType, message);
  if (values.length !== size) {
    throw refusal("TensorTruncated", {
      tensor: name,
      expectedElements: size,
      actualElements: values.length,
    });
  }
  return Float64Array.from(values, convert);
}

function typedField(
  elementType: ElementType,
  message: TensorMessage,
): readonly [readonly number[], (value: number) => number] {
  const same = (value: number): number => value;
  switch (elementType) {
    case "float32":
      return [message.floatData, same];
    case "float64":
      return [message.doubleData, same];
    case "int64":
      return [message.int64Data, same];
    case "uint32":
    case "uint64":
      return [message.uint64Data, same];
    case "float16":
      return [message.int32Data, fromFloat16];
    case "bfloat16":
      return [message.int32Data, fromBfloat16];
    case "bool":
      return [message.int32Data, (value) => (value === 0 ? 0 : 1)];
    default:
      return [message.int32Data, same];
  }
}

function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function fromBfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits & 0xffff);
  return view.getFloat32(0);
}
