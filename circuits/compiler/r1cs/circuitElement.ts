import type { Combination } from "./combination.ts";
import { constantOf, ONE, termCount, ZERO } from "./combination.ts";
import type { ConstraintSystem } from "./constraintSystem.ts";
import type { SignedBits } from "./gadgets/bits.ts";
import { decomposeSigned, signedWidth } from "./gadgets/bits.ts";

/**
 * An element of a tensor inside the circuit, with its proven interval. What is derived from it on
 * the way (its bits, its sign, a wire of its own) is kept, so that asking twice costs rows once.
 */
export interface CircuitElement {
  readonly combination: Combination;
  readonly low: number;
  readonly high: number;
  /** 1 where the element is negative, if some gadget already knows. */
  sign?: Combination;
  /** Two's complement of the element itself. */
  signedBits?: SignedBits;
  /** The element as base + Σ 2^i bits[i], where a gadget has split it so. */
  readonly unsignedBits?: { readonly base: number; readonly bits: readonly Combination[] };
  /** The element as one wire. */
  wire?: Combination;
}

export function constantElement(value: number): CircuitElement {
  return { combination: constantOf(value), low: value, high: value };
}

/** The element's two's complement; width + 2 rows the first time. */
export function signedBitsOf(system: ConstraintSystem, element: CircuitElement): SignedBits {
  element.signedBits ??= decomposeSigned(
    system,
    element.combination,
    signedWidth(element.low, element.high),
  );
  return element.signedBits;
}

/** 1 where the element is negative; free where the interval or an earlier gadget decides. */
export function signOf(system: ConstraintSystem, element: CircuitElement): Combination {
  if (element.low >= 0) return ZERO;
  if (element.high < 0) return ONE;
  return element.sign ?? signedBitsOf(system, element).sign;
}

/** The element as at most one term, so that A and B stay free of the sums of linear layers. */
export function wireFor(system: ConstraintSystem, element: CircuitElement): Combination {
  if (termCount(element.combination) <= 1) return element.combination;
  element.wire ??= system.named(element.combination);
  return element.wire;
}

/** The shortest combination known for an element. */
export function combinationOf(element: CircuitElement): Combination {
  return element.wire ?? element.combination;
}
