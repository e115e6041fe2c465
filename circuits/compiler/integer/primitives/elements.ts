import { CompilerError } from "../../compilerError.ts";
import { INTEGER_LIMIT } from "../elementType.ts";
import type { Operation } from "../operation.ts";

/** Element of an array that holds one per element, or a single one for all. */
export function elementAt(values: Float64Array, index: number): number {
  return values[values.length === 1 ? 0 : index] as number;
}

/** The source at a position; the builder has checked how many there are. */
export function sourceAt<T>(sources: readonly T[], position: number): T {
  const source = sources[position];
  if (source === undefined) throw new RangeError(`an operation misses its source ${position}`);
  return source;
}

/** How an error names an operation: `rescale "conv1"`. */
export function describe(operation: Operation): string {
  return `${operation.kind} "${operation.label}"`;
}

/** Refuses an integer that doubles might not hold exactly. */
export function requireBelowLimit(operation: Operation, magnitude: number, element: number): void {
  if (magnitude < INTEGER_LIMIT) return;
  throw new CompilerError(
    "RangeTooWide",
    `${describe(operation)}: element ${element} may reach ±${magnitude}, the limit is 2^52 = ${INTEGER_LIMIT}; ` +
      "rescale earlier or give this layer fewer fraction bits",
    { operation: operation.kind, label: operation.label, element, magnitude, limit: INTEGER_LIMIT },
  );
}

/** Refuses constants that are not exact integers below 2^52. */
export function requireIntegers(operation: Operation, name: string, values: Float64Array): void {
  values.forEach((value, element) => {
    if (Number.isInteger(value) && Math.abs(value) < INTEGER_LIMIT) return;
    throw new CompilerError(
      "ConstantNotInteger",
      `${describe(operation)}: ${name}[${element}] is ${value}; quantize it to an integer below 2^52`,
      { operation: operation.kind, label: operation.label, name, element, value },
    );
  });
}

/** Refuses a list of constants that is neither one per element nor one for all. */
export function requirePerElement(
  operation: Operation,
  name: string,
  values: Float64Array,
  count: number,
): void {
  if (values.length === count || values.length === 1) return;
  throw shapeMismatch(
    operation,
    `${values.length} ${name} for ${count} elements; give one, or one per element`,
  );
}

export function shapeMismatch(operation: Operation, fact: string): CompilerError {
  return new CompilerError("ShapeMismatch", `${describe(operation)}: ${fact}`, {
    operation: operation.kind,
    label: operation.label,
  });
}

/** −0 would make equal integers differ when compared as objects or bytes. */
export function withoutNegativeZero(value: number): number {
  return value === 0 ? 0 : value;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
