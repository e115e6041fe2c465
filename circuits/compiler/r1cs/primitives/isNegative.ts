import type { IsNegativeOperation } from "../../integer/operation.ts";
import { signOf } from "../circuitElement.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/** The sign of the element's two's complement: b + 1 rows, none where a decomposition exists. */
export const isNegative: Instantiator<IsNegativeOperation> =
  ({ system, sources, value }) =>
  (index) => ({
    combination: signOf(system, sourceElement(sources, 0, index)),
    ...intervalOf(value, index),
  });
