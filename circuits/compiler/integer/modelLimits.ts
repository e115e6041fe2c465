import { CompilerError } from "../compilerError.ts";
import type { Value } from "./integerModel.ts";
import { elementCount } from "./integerModel.ts";
import type { Operation } from "./operation.ts";

/** A file of a few bytes must not ask a node for gigabytes or hours. */
const MAX_TENSOR_ELEMENTS = 2 ** 24;
const MAX_TOTAL_ELEMENTS = 2 ** 26;
const MAX_MULTIPLICATIONS = 2 ** 33;
/** Multiplications that copying one element counts as. */
const COPY_WORK = 8;

/** Elements and multiplications of a model so far. */
export interface ModelWork {
  readonly elements: number;
  readonly multiplications: number;
}

/** The work with one more operation; throws `ModelTooLarge` or `ShapeMismatch` before it is done. */
export function withOperation(
  work: ModelWork,
  operation: Operation,
  sources: readonly Value[],
): ModelWork {
  const { elements, depth } = resultSize(operation, sources);
  const joined = joinedElements(operation, sources);
  const after = {
    elements: work.elements + elements,
    multiplications: work.multiplications + elements * depth + COPY_WORK * joined,
  };
  const fits =
    elements <= MAX_TENSOR_ELEMENTS &&
    joined <= MAX_TOTAL_ELEMENTS &&
    after.elements <= MAX_TOTAL_ELEMENTS &&
    after.multiplications <= MAX_MULTIPLICATIONS;
  if (fits) return after;
  throw new CompilerError(
    "ModelTooLarge",
    `${operation.kind} "${operation.label}": ${elements} elements (limit ${MAX_TENSOR_ELEMENTS}), ` +
      `${after.elements} in all (limit ${MAX_TOTAL_ELEMENTS}), ` +
      `${after.multiplications} multiplications (limit ${MAX_MULTIPLICATIONS}); use a smaller model`,
    { kind: operation.kind, label: operation.label, result: elements, ...after },
  );
}

/** Elements that a gather reads to pick its own: a source may be named any number of times. */
function joinedElements(operation: Operation, sources: readonly Value[]): number {
  if (operation.kind !== "gather" || sources.length < 2) return 0;
  return sources.reduce((sum, source) => sum + source.low.length, 0);
}

/** Elements of the result, and multiplications by constants for each. */
function resultSize(
  operation: Operation,
  sources: readonly Value[],
): { readonly elements: number; readonly depth: number } {
  if ("shape" in operation) {
    requireShape(operation.shape, operation.label);
    return { elements: elementCount(operation.shape), depth: 0 };
  }
  const read = sources[0]?.low.length ?? 0;
  // a table takes a constraint term per entry and element
  if (operation.kind === "lookup") return { elements: read, depth: operation.table.length };
  if (operation.kind !== "matMul") return { elements: read, depth: 0 };
  const columns = operation.bias.length;
  const depth = operation.weights.length / Math.max(1, columns);
  return { elements: (read / Math.max(1, depth)) * columns, depth };
}

function requireShape(shape: readonly number[], label: string): void {
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 1)) return;
  throw new CompilerError(
    "ShapeMismatch",
    `"${label}": shape [${shape}] must hold positive integers`,
    { label, shape },
  );
}
