import { CompilerError } from "../compilerError.ts";
import type { HeaderOperation, ModelHeader } from "./modelHeader.ts";
import { NO_WORK, resultElements, withOperation, withOutput } from "./modelLimits.ts";
import type { Operation, ValueId } from "./operation.ts";
import { sourcesOf } from "./operation.ts";

/**
 * Adds up the work of a model file by its header alone, so that a hostile file is refused before
 * any of it is done. What is counted wrong, as parts do not fit together, is refused when it is met.
 * Throws `ModelTooLarge`, `ShapeMismatch` or `ModelMalformed`.
 */
export function requireWorkable({ operations, outputs }: ModelHeader): void {
  const elements: number[] = [];
  let work = NO_WORK;
  for (const operation of operations) {
    const sources = sourcesOf(operation).map((id) => elements[id] ?? refuseSource(operation, id));
    work = withOperation(work, operation, sources);
    elements.push(resultElements(operation, sources));
  }
  for (const { name, value } of outputs) work = withOutput(work, name, elements[value] ?? 0);
}

/** Refuses an operation that reads a value which no earlier one makes. */
export function refuseSource(operation: Operation | HeaderOperation, id: ValueId): never {
  throw new CompilerError(
    "ModelMalformed",
    `${operation.kind} "${operation.label}" reads value ${id}, which no earlier operation makes`,
    { kind: operation.kind, label: operation.label, value: id },
  );
}
