import type { DivideOperation } from "../../integer/operation.ts";
import { floorDivide } from "../../integer/primitives/divide.ts";
import type { CircuitElement } from "../circuitElement.ts";
import { combinationOf, wireFor } from "../circuitElement.ts";
import type { Combination } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";
import { bitOf, decomposeUnsigned, recompose, unsignedWidth } from "../gadgets/bits.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/**
 * numerator = quotient · denominator + remainder with quotient, remainder and
 * denominator − 1 − remainder all ranged by bits, so that both are the only ones.
 */
export const divide: Instantiator<DivideOperation> =
  ({ system, sources, value }) =>
  (index) => {
    const numerator = sourceElement(sources, 0, index);
    const denominator = sourceElement(sources, 1, index);
    const interval = intervalOf(value, index);
    const dividend = system.valueIfComputed(numerator.combination);
    const divisor = system.valueIfComputed(denominator.combination);
    const exact = floorDivide(dividend, divisor);
    const quotient = rangedCombination(system, { ...interval, value: exact });
    const remainder = rangedCombination(system, {
      low: 0,
      high: denominator.high - 1,
      value: dividend - exact * divisor,
    });
    enforceBelow(system, remainder, denominator);

    const rest = system.difference(combinationOf(numerator), remainder);
    if (denominator.low === denominator.high) {
      system.enforceZero(
        system.sum([
          [rest, 1],
          [quotient, -denominator.low],
        ]),
      );
    } else {
      system.enforce(quotient, wireFor(system, denominator), rest);
    }
    return { combination: quotient, ...interval };
  };

/** New bits whose sum lies in low … low + 2^width − 1 by construction. */
function rangedCombination(
  system: ConstraintSystem,
  parameters: { readonly low: number; readonly high: number; readonly value: number },
): Combination {
  const { low, high, value } = parameters;
  const bits = Array.from({ length: unsignedWidth(high - low) }, (_, i) =>
    system.bit(() => bitOf(value - low, i)),
  );
  return system.sum([[recompose(system, bits), 1]], low);
}

/** remainder < denominator; free where the remainder's bits already end below it. */
function enforceBelow(
  system: ConstraintSystem,
  remainder: Combination,
  denominator: CircuitElement,
): void {
  const width = unsignedWidth(denominator.high - 1);
  if (denominator.low === 2 ** width) return;
  const slack = system.sum(
    [
      [combinationOf(denominator), 1],
      [remainder, -1],
    ],
    -1,
  );
  decomposeUnsigned(system, slack, width);
}
