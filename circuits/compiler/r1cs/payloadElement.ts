import { WORD_BYTES } from "../../../sdk/protocol/words.ts";
import type { ElementType } from "../integer/elementType.ts";
import { elementBytes } from "../integer/elementType.ts";
import type { CircuitElement } from "./circuitElement.ts";
import { combinationOf, signedBitsOf, signOf } from "./circuitElement.ts";
import type { Combination, FieldCombination } from "./combination.ts";
import { constantOf, ZERO } from "./combination.ts";
import type { ConstraintSystem } from "./constraintSystem.ts";
import { fieldSum } from "./fieldSum.ts";
import { bitOf, decomposeUnsigned, unsignedWidth } from "./gadgets/bits.ts";

/** An element as the bytes of a payload hold it. */
export interface PayloadElement {
  readonly byteLength: number;
  /** Its bytes as one unsigned integer: Σ factor · combination. */
  readonly whole: readonly (readonly [Combination, bigint])[];
  /** Its 8 · byteLength bits, lowest first; asked for only where a word boundary cuts the element. */
  readonly bits: () => readonly Combination[];
}

/** An output element, whose interval is proven to fit its type. */
export function outputElement(
  system: ConstraintSystem,
  element: CircuitElement,
  elementType: ElementType,
): PayloadElement {
  const byteLength = elementBytes(elementType);
  const width = 8 * byteLength;
  return {
    byteLength,
    whole: [
      [combinationOf(element), 1n],
      [signOf(system, element), 2n ** BigInt(width)],
    ],
    bits: () => extendedBits(system, element, width),
  };
}

/** Cuts elements laid back to back into words; an element across a boundary is split by its bits. */
export function packWords(elements: readonly PayloadElement[]): readonly FieldCombination[] {
  const words: (readonly [Combination, bigint])[][] = [];
  let offset = 0;
  for (const element of elements) {
    const end = offset + element.byteLength;
    const first = Math.floor(offset / WORD_BYTES);
    const last = Math.floor((end - 1) / WORD_BYTES);
    if (first === last) {
      const factor = byteWeight(end - 1);
      const terms = element.whole.map(([part, weight]) => [part, weight * factor] as const);
      (words[first] ??= []).push(...terms);
    } else {
      element.bits().forEach((bit, i) => {
        const byte = end - 1 - Math.floor(i / 8);
        const weight = byteWeight(byte) * 2n ** BigInt(i % 8);
        (words[Math.floor(byte / WORD_BYTES)] ??= []).push([bit, weight]);
      });
    }
    offset = end;
  }
  return words.map((terms) => fieldSum(terms));
}

/** What a byte of the payload counts in its word. */
function byteWeight(byte: number): bigint {
  return 2n ** BigInt(8 * (WORD_BYTES - 1 - (byte % WORD_BYTES)));
}

function extendedBits(
  system: ConstraintSystem,
  element: CircuitElement,
  width: number,
): readonly Combination[] {
  const { low, high } = element;
  if (low === high) {
    const unsigned = low < 0 ? low + 2 ** Math.min(width, 53) : low;
    return Array.from({ length: width }, (_, i) =>
      constantOf(i < 53 ? bitOf(unsigned, i) : low < 0 ? 1 : 0),
    );
  }
  if (low >= 0) {
    if (element.unsignedBits?.base === 0) return extended(element.unsignedBits.bits, ZERO, width);
    const bits = decomposeUnsigned(system, combinationOf(element), unsignedWidth(high));
    return extended(bits, ZERO, width);
  }
  const { bits, sign } = signedBitsOf(system, element);
  return extended(bits, sign, width);
}

function extended(
  bits: readonly Combination[],
  filler: Combination,
  width: number,
): readonly Combination[] {
  return Array.from({ length: width }, (_, i) => bits[i] ?? filler);
}
