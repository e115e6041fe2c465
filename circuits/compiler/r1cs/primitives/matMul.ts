import type { MatMulOperation } from "../../integer/operation.ts";
import { matMulShape } from "../../integer/primitives/matMul.ts";
import type { CircuitElement } from "../circuitElement.ts";
import { combinationOf, wireFor } from "../circuitElement.ts";
import { termCount } from "../combination.ts";
import type { InstantiationContext, Instantiator } from "./instantiator.ts";
import { intervalOf, sourceElement } from "./instantiator.ts";

/** A row is spent on naming an element where it saves at least so many terms. */
const NAMING_SAVES_TERMS = 256;

/** No row for weights: linear combinations. Elements that are long and used often get a wire. */
export const matMul: Instantiator<MatMulOperation> = (context) => {
  const { system, operation, sources, value } = context;
  const { depth, columns } = matMulShape(operation);
  nameLongElements(context);
  return (index) => {
    const row = Math.floor(index / columns);
    const column = index % columns;
    const sum = system.accumulator;
    for (let k = 0; k < depth; k++) {
      const weight = operation.weights[k * columns + column] as number;
      if (weight === 0) continue;
      sum.add(combinationOf(sourceElement(sources, 0, row * depth + k)), weight);
    }
    sum.addConstant(operation.bias[column] as number);
    return { combination: sum.take(), ...intervalOf(value, index) };
  };
};

function nameLongElements(context: InstantiationContext<MatMulOperation>): void {
  const { system, operation, sources } = context;
  const { depth, columns } = matMulShape(operation);
  const usesPerRow = Array.from({ length: depth }, (_, k) => {
    const weights = operation.weights.subarray(k * columns, (k + 1) * columns);
    return weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
  });
  const uses = new Map<CircuitElement, number>();
  sources[0]?.forEach((element, position) => {
    if (element === undefined) return;
    uses.set(element, (uses.get(element) ?? 0) + (usesPerRow[position % depth] ?? 0));
  });
  for (const [element, count] of uses) {
    const saved = (termCount(combinationOf(element)) - 1) * count;
    if (saved >= NAMING_SAVES_TERMS) wireFor(system, element);
  }
}
