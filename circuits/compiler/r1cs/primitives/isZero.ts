import type { IsZeroOperation } from "../../integer/operation.ts";
import { wireFor } from "../circuitElement.ts";
import { isZero as enforceIsZero } from "../gadgets/isZero.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/** Two rows, three where the element is still a sum. */
export const isZero: Instantiator<IsZeroOperation> =
  ({ system, sources, value }) =>
  (index) => ({
    combination: enforceIsZero(system, wireFor(system, sourceElement(sources, 0, index))),
    ...intervalOf(value, index),
  });
