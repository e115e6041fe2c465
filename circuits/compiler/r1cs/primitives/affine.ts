import type { AffineOperation } from "../../integer/operation.ts";
import { elementAt } from "../../integer/primitives/elements.ts";
import { combinationOf } from "../circuitElement.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/** No row: a linear combination. */
export const affine: Instantiator<AffineOperation> =
  ({ system, operation, sources, value }) =>
  (index) => {
    const source = sourceElement(sources, 0, index);
    const multiplier = elementAt(operation.multipliers, index);
    const offset = elementAt(operation.offsets, index);
    if (multiplier === 1 && offset === 0) return source;
    const combination = system.sum([[combinationOf(source), multiplier]], offset);
    return { combination, ...intervalOf(value, index) };
  };
