import { CompilerError } from "../compilerError.ts";
import { elementRange } from "./elementType.ts";
import type { IntegerModel, ModelInput } from "./integerModel.ts";
import { elementCount } from "./integerModel.ts";
import { sourcesOf } from "./operation.ts";
import { interpretOperation } from "./primitives.ts";

/**
 * Runs a model: one array per model input, in the model's order and inside the range of its element
 * type; one array per output. This is the reference the other executions are compared with.
 */
export function interpret(model: IntegerModel, inputs: readonly Float64Array[]): Float64Array[] {
  const values = interpretAll(model, inputs);
  return model.outputs.map((output) => valueAt(values, output.value));
}

/** As `interpret`, but keeps the elements of every value of the model. */
export function interpretAll(model: IntegerModel, inputs: readonly Float64Array[]): Float64Array[] {
  const given = new Map(
    model.inputs.map((input, position) => [input.value, checkedInput(input, inputs[position])]),
  );
  const values: Float64Array[] = [];
  model.operations.forEach((operation, id) => {
    const sources = sourcesOf(operation).map((source) => valueAt(values, source));
    values.push(given.get(id) ?? interpretOperation(operation, sources));
  });
  return values;
}

function valueAt(values: readonly Float64Array[], id: number): Float64Array {
  const value = values[id];
  if (value === undefined) throw new RangeError(`value ${id} is not computed yet`);
  return value;
}

function checkedInput(input: ModelInput, elements: Float64Array | undefined): Float64Array {
  const expected = elementCount(input.shape);
  if (elements?.length !== expected) {
    throw new CompilerError(
      "PayloadLengthWrong",
      `input "${input.name}" has ${elements?.length ?? 0} elements, the model wants ${expected}`,
      { name: input.name, expected },
    );
  }
  const { low, high } = elementRange(input.elementType);
  const wrong = elements.findIndex(
    (value) => !(Number.isInteger(value) && value >= low && value <= high),
  );
  if (wrong === -1) return elements;
  throw new CompilerError(
    "PayloadValueOutOfRange",
    `input "${input.name}": element ${wrong} is ${elements[wrong]}, ${input.elementType} ranges over ${low}…${high}`,
    { name: input.name, element: wrong, value: elements[wrong], elementType: input.elementType },
  );
}
