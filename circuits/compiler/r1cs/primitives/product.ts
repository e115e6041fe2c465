import type { ProductOperation } from "../../integer/operation.ts";
import { combinationOf, wireFor } from "../circuitElement.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/** One row, and one more for each factor that is still a sum. Constant factors cost nothing. */
export const product: Instantiator<ProductOperation> =
  ({ system, sources, value }) =>
  (index) => {
    const a = sourceElement(sources, 0, index);
    const b = sourceElement(sources, 1, index);
    const interval = intervalOf(value, index);
    if (a.low === a.high) {
      return { combination: system.sum([[combinationOf(b), a.low]]), ...interval };
    }
    if (b.low === b.high) {
      return { combination: system.sum([[combinationOf(a), b.low]]), ...interval };
    }
    return { combination: system.product(wireFor(system, a), wireFor(system, b)), ...interval };
  };
