/** Element types a tensor may have. Strings, complex numbers and 4-bit types are refused. */
export type ElementType =
  | "bool"
  | "uint8"
  | "int8"
  | "uint16"
  | "int16"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64";

const BY_NUMBER: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [1, "float32"],
  [2, "uint8"],
  [3, "int8"],
  [4, "uint16"],
  [5, "int16"],
  [6, "int32"],
  [7, "int64"],
  [9, "bool"],
  [10, "float16"],
  [11, "float64"],
  [12, "uint32"],
  [13, "uint64"],
  [16, "bfloat16"],
]);

const NUMBER_OF: ReadonlyMap<ElementType, number> = new Map(
  [...BY_NUMBER].map(([number, type]) => [type, number]),
);

/** The element type of an ONNX `TensorProto.DataType` number; undefined for those we refuse. */
export function elementTypeOf(dataType: number): ElementType | undefined {
  return BY_NUMBER.get(dataType);
}

/** The ONNX `TensorProto.DataType` number of an element type. */
export function dataTypeOf(type: ElementType): number {
  const number = NUMBER_OF.get(type);
  if (number === undefined) throw new RangeError(`no ONNX number for ${type}`);
  return number;
}

export function isFloat(type: ElementType): boolean {
  return type === "float32" || type === "float64" || type === "float16" || type === "bfloat16";
}

/** Whole numbers and their range; 64-bit types end at ±2^53, where a double stops being exact. */
export function integerRange(
  type: ElementType,
): { readonly low: number; readonly high: number } | undefined {
  switch (type) {
    case "bool":
      return { low: 0, high: 1 };
    case "uint8":
      return { low: 0, high: 255 };
    case "int8":
      return { low: -128, high: 127 };
    case "uint16":
      return { low: 0, high: 65535 };
    case "int16":
      return { low: -32768, high: 32767 };
    case "uint32":
      return { low: 0, high: 2 ** 32 - 1 };
    case "int32":
      return { low: -(2 ** 31), high: 2 ** 31 - 1 };
    case "uint64":
      return { low: 0, high: 2 ** 53 };
    case "int64":
      return { low: -(2 ** 53), high: 2 ** 53 };
    default:
      return undefined;
  }
}
