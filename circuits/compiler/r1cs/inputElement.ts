import type { ElementType } from "../integer/elementType.ts";
import { elementBytes, elementRange, isSigned } from "../integer/elementType.ts";
import type { CircuitElement } from "./circuitElement.ts";
import type { ConstraintSystem } from "./constraintSystem.ts";
import { rangedWire } from "./gadgets/bits.ts";
import { saturateSigned, saturateUnsigned } from "./gadgets/saturate.ts";
import type { PayloadElement } from "./payloadElement.ts";

/** Bits of the bounds that 8-byte elements saturate to. */
const WIDE_BITS = 51;

/** An input element as the model reads it and as the payload holds it. */
export interface InputElement {
  readonly element: CircuitElement;
  readonly payload: PayloadElement;
}

/** A new element of the request's input, ranged by its bits: 8 rows a byte. */
export function inputElement(
  system: ConstraintSystem,
  parameters: {
    readonly elementType: ElementType;
    /** The element's bytes; read only where values are computed. */
    readonly bytes: () => Uint8Array;
  },
): InputElement {
  const { elementType, bytes } = parameters;
  if (elementBytes(elementType) === 8) return wideInputElement(system, { elementType, bytes });

  const byteLength = elementBytes(elementType);
  const signed = isSigned(elementType);
  const width = 8 * byteLength - (signed ? 1 : 0);
  const { value, bits, sign } = rangedWire(system, {
    width,
    isSigned: signed,
    compute: () => {
      const unsigned = bytes().reduce((sum, byte) => sum * 256 + byte, 0);
      return signed && unsigned >= 2 ** width ? unsigned - 2 ** (width + 1) : unsigned;
    },
  });
  const range = elementRange(elementType);
  if (sign === undefined) {
    return {
      element: { combination: value, ...range, unsignedBits: { base: 0, bits } },
      payload: { byteLength, whole: [[value, 1n]], bits: () => bits },
    };
  }
  return {
    element: { combination: value, ...range, sign, signedBits: { bits, sign } },
    payload: {
      byteLength,
      whole: [
        [value, 1n],
        [sign, 2n ** BigInt(8 * byteLength)],
      ],
      bits: () => [...bits, sign],
    },
  };
}

/** 8 bytes exceed what doubles hold: their bits are wires, the model reads the saturated value. */
function wideInputElement(
  system: ConstraintSystem,
  parameters: { readonly elementType: ElementType; readonly bytes: () => Uint8Array },
): InputElement {
  const { elementType, bytes } = parameters;
  const bits = Array.from({ length: 64 }, (_, i) =>
    system.bit(() => ((bytes()[7 - Math.floor(i / 8)] ?? 0) >> (i % 8)) & 1),
  );
  const payload: PayloadElement = {
    byteLength: 8,
    whole: bits.map((bit, i) => [bit, 2n ** BigInt(i)] as const),
    bits: () => bits,
  };
  const range = elementRange(elementType);
  const [sign] = bits.slice(63);
  if (!isSigned(elementType) || sign === undefined) {
    return {
      element: { combination: saturateUnsigned(system, { bits }, 2 ** WIDE_BITS - 1), ...range },
      payload,
    };
  }
  const combination = saturateSigned(system, { bits: bits.slice(0, 63), sign }, WIDE_BITS);
  return { element: { combination, ...range, sign }, payload };
}
