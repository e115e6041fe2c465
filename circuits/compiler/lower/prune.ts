import { IntegerBuilder } from "../integer/integerBuilder.ts";
import type { IntegerModel } from "../integer/integerModel.ts";
import { sourcesOf, type Operation } from "../integer/operation.ts";

/** The model without operations that no output needs; inputs stay, since a payload carries them. */
export function pruneModel(model: IntegerModel): IntegerModel {
  const needed = new Set<number>([
    ...model.inputs.map((input) => input.value),
    ...model.outputs.map((output) => output.value),
  ]);
  for (let id = model.operations.length - 1; id >= 0; id--) {
    const operation = model.operations[id];
    if (operation === undefined || !needed.has(id)) continue;
    for (const source of sourcesOf(operation)) needed.add(source);
  }
  const builder = new IntegerBuilder();
  const renamed = new Map<number, number>();
  model.operations.forEach((operation, id) => {
    if (!needed.has(id)) return;
    const value =
      operation.kind === "input"
        ? builder.input(operation)
        : builder.append(rename(operation, renamed));
    renamed.set(id, value.id);
  });
  const values = new Map(model.values.map((value) => [value.id, value]));
  for (const output of model.outputs) {
    const value = values.get(output.value);
    const id = renamed.get(output.value);
    if (value === undefined || id === undefined) continue;
    builder.output({ name: output.name, value: { ...value, id }, elementType: output.elementType });
  }
  return builder.build();
}

function rename(operation: Operation, renamed: ReadonlyMap<number, number>): Operation {
  const to = (id: number): number => renamed.get(id) ?? id;
  switch (operation.kind) {
    case "input":
    case "constant":
      return operation;
    case "gather":
      return { ...operation, sources: operation.sources.map(to) };
    case "add":
    case "product":
      return { ...operation, a: to(operation.a), b: to(operation.b) };
    case "divide":
      return {
        ...operation,
        numerator: to(operation.numerator),
        denominator: to(operation.denominator),
      };
    default:
      return { ...operation, source: to(operation.source) };
  }
}
