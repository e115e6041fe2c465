/** Integer types of payload elements; payloads hold them big-endian. */
export type ElementType =
  "uint8" | "uint16" | "uint32" | "uint64" | "int8" | "int16" | "int32" | "int64";

export const ELEMENT_TYPES = [
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "int8",
  "int16",
  "int32",
  "int64",
] as const satisfies readonly ElementType[];

/** Every integer of a model stays strictly below this in magnitude, so that doubles are exact. */
export const INTEGER_LIMIT = 2 ** 52;

/** Elements of 8 bytes saturate to ±2^51 when they enter a model. */
const WIDE_LIMIT = 2 ** 51;

/** Bytes of one element: 1, 2, 4 or 8. */
export function elementBytes(type: ElementType): number {
  return Number(type.replace(/^u?int/, "")) / 8;
}

export function isSigned(type: ElementType): boolean {
  return type.startsWith("int");
}

/**
 * Smallest and largest integer a model sees or emits for a type. For 8-byte types these are the
 * bounds of saturation, −2^51 (or 0) and 2^51 − 1, not those of the bytes.
 */
export function elementRange(type: ElementType): { readonly low: number; readonly high: number } {
  const bits = elementBytes(type) * 8;
  if (bits === 64) return { low: isSigned(type) ? -WIDE_LIMIT : 0, high: WIDE_LIMIT - 1 };
  return isSigned(type)
    ? { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 }
    : { low: 0, high: 2 ** bits - 1 };
}
