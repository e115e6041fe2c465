import { CompilerError } from "../compilerError.ts";
import { elementCount } from "./integerModel.ts";
import type { HeaderOperation } from "./modelHeader.ts";
import type { Operation } from "./operation.ts";
import type { PackedWidth } from "./packedIntegers.ts";

/** A file of a few bytes must not ask a node for gigabytes or hours. */
const MAX_TENSOR_ELEMENTS = 2 ** 24;
const MAX_TOTAL_ELEMENTS = 2 ** 26;
/** A second or two of intervals. Each is a term of the circuit too, of which no key takes so many. */
const MAX_MULTIPLICATIONS = 2 ** 28;
/** Multiplications that copying one element counts as. */
const COPY_WORK = 8;

/** Elements and multiplications of a model so far. */
export interface ModelWork {
  readonly elements: number;
  readonly multiplications: number;
}

export const NO_WORK: ModelWork = { elements: 0, multiplications: 0 };

/** An operation with its constants, or with their number alone, as in a file's header. */
type Sized = Operation | HeaderOperation;

/**
 * The work with one more operation; throws `ModelTooLarge` or `ShapeMismatch` before it is done.
 *
 * @param sources elements of each value that it reads
 */
export function withOperation(
  work: ModelWork,
  operation: Sized,
  sources: readonly number[],
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

/** The work with one more output, which may be a value that is one already. */
export function withOutput(work: ModelWork, name: string, elements: number): ModelWork {
  const after = { ...work, elements: work.elements + elements };
  if (after.elements <= MAX_TOTAL_ELEMENTS) return after;
  throw new CompilerError(
    "ModelTooLarge",
    `output "${name}": ${after.elements} elements in all (limit ${MAX_TOTAL_ELEMENTS}); ` +
      "use a smaller model, or declare no value twice",
    { name, ...after },
  );
}

/** Elements of an operation's result; of one whose parts do not fit together any number. */
export function resultElements(operation: Sized, sources: readonly number[]): number {
  return resultSize(operation, sources).elements;
}

/** Elements that a gather reads to pick its own: a source may be named any number of times. */
function joinedElements(operation: Sized, sources: readonly number[]): number {
  if (operation.kind !== "gather" || sources.length < 2) return 0;
  return sources.reduce((sum, elements) => sum + elements, 0);
}

/** Elements of the result, and multiplications by constants for each. */
function resultSize(
  operation: Sized,
  sources: readonly number[],
): { readonly elements: number; readonly depth: number } {
  if ("shape" in operation) {
    requireShape(operation.shape, operation.label);
    return { elements: elementCount(operation.shape), depth: 0 };
  }
  const read = sources[0] ?? 0;
  // a table takes a constraint term per entry and element
  if (operation.kind === "lookup") return { elements: read, depth: countOf(operation.table) };
  if (operation.kind !== "matMul") return { elements: read, depth: 0 };
  const columns = countOf(operation.bias);
  const depth = countOf(operation.weights) / Math.max(1, columns);
  return { elements: (read / Math.max(1, depth)) * columns, depth };
}

function countOf(constants: Float64Array | readonly [PackedWidth, number]): number {
  return constants instanceof Float64Array ? constants.length : constants[1];
}

function requireShape(shape: readonly number[], label: string): void {
  if (shape.every((size) => Number.isSafeInteger(size) && size >= 1)) return;
  throw new CompilerError(
    "ShapeMismatch",
    `"${label}": shape [${shape}] must hold positive integers`,
    { label, shape },
  );
}
