import type { Value } from "../../integer/integerModel.ts";
import type { Operation } from "../../integer/operation.ts";
import type { CircuitElement } from "../circuitElement.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";

/** Elements of a value; those that no output depends on are missing. */
export type CircuitTensor = readonly (CircuitElement | undefined)[];

export interface InstantiationContext<O extends Operation> {
  readonly system: ConstraintSystem;
  readonly operation: O;
  readonly sources: readonly CircuitTensor[];
  /** The value being made: shape and proven interval. */
  readonly value: Value;
}

/** Constraints of one operation: a function that makes element i when asked. */
export type Instantiator<O extends Operation> = (
  context: InstantiationContext<O>,
) => (index: number) => CircuitElement;

/** Element i of a source. */
export function sourceElement(
  sources: readonly CircuitTensor[],
  position: number,
  index: number,
): CircuitElement {
  const element = sources[position]?.[index];
  if (element === undefined) throw new RangeError(`source ${position} misses element ${index}`);
  return element;
}

/** The proven interval of element i of the value being made. */
export function intervalOf(
  value: Value,
  index: number,
): { readonly low: number; readonly high: number } {
  return { low: value.low[index] as number, high: value.high[index] as number };
}
