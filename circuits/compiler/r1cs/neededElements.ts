import type { IntegerModel, Value } from "../integer/integerModel.ts";
import type { MatMulOperation, Operation } from "../integer/operation.ts";
import { sourcesOf } from "../integer/operation.ts";
import { elementAt } from "../integer/primitives/elements.ts";
import { matMulShape } from "../integer/primitives/matMul.ts";

/** Marks, per value, the elements (1) that an output depends on and whose interval leaves a choice. */
export function neededElements(model: IntegerModel): readonly Uint8Array[] {
  const needed = model.values.map((value) => new Uint8Array(value.low.length));
  for (const output of model.outputs) needed[output.value]?.fill(1);
  for (let id = model.operations.length - 1; id >= 0; id--) {
    const operation = model.operations[id] as Operation;
    const marks = needed[id] as Uint8Array;
    const value = model.values[id] as Value;
    const sources = sourcesOf(operation).map((source) => needed[source] as Uint8Array);
    marks.forEach((mark, index) => {
      if (mark === 1 && !isConstant(value, index)) markSources(operation, index, sources);
    });
  }
  return needed;
}

/** A proven interval of one integer needs no constraint. */
export function isConstant(value: Value, index: number): boolean {
  return value.low[index] === value.high[index];
}

function markSources(operation: Operation, index: number, sources: readonly Uint8Array[]): void {
  if (operation.kind === "gather") {
    markJoined(operation.indices[index] as number, sources);
  } else if (operation.kind === "matMul") {
    markRow(operation, index, sources);
  } else if (operation.kind !== "affine" || elementAt(operation.multipliers, index) !== 0) {
    for (const source of sources) source[index] = 1;
  }
}

function markJoined(index: number, sources: readonly Uint8Array[]): void {
  let position = index;
  for (const source of sources) {
    if (position < source.length) {
      source[position] = 1;
      return;
    }
    position -= source.length;
  }
}

function markRow(operation: MatMulOperation, index: number, sources: readonly Uint8Array[]): void {
  const { depth, columns } = matMulShape(operation);
  const row = Math.floor(index / columns);
  for (let k = 0; k < depth; k++) {
    if (operation.weights[k * columns + (index % columns)] === 0) continue;
    for (const source of sources) source[row * depth + k] = 1;
  }
}
