import type { AddOperation } from "../../integer/operation.ts";
import { combinationOf } from "../circuitElement.ts";
import type { Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/** No row: a linear combination. */
export const add: Instantiator<AddOperation> =
  ({ system, sources, value }) =>
  (index) => ({
    combination: system.sum([
      [combinationOf(sourceElement(sources, 0, index)), 1],
      [combinationOf(sourceElement(sources, 1, index)), 1],
    ]),
    ...intervalOf(value, index),
  });
