import { CompilerError } from "../compilerError.ts";
import { elementBytes } from "../integer/elementType.ts";
import type { IntegerModel, Value } from "../integer/integerModel.ts";
import type { InputOperation, Operation } from "../integer/operation.ts";
import { sourcesOf } from "../integer/operation.ts";
import type { CircuitElement } from "./circuitElement.ts";
import { constantElement } from "./circuitElement.ts";
import type { FieldCombination } from "./combination.ts";
import { InexactCoefficient } from "./combinationSum.ts";
import type { ConstraintSystem } from "./constraintSystem.ts";
import { inputElement } from "./inputElement.ts";
import { isConstant, neededElements } from "./neededElements.ts";
import type { PayloadElement } from "./payloadElement.ts";
import { outputElement, packWords } from "./payloadElement.ts";
import { instantiateOperation } from "./primitives.ts";
import type { CircuitTensor } from "./primitives/instantiator.ts";

/** Rows that may wait in a system before they are handed on. */
const ROWS_PER_STEP = 4096;

export interface InstantiatedModel {
  /** Words of the input, then of the output. */
  readonly words: readonly FieldCombination[];
  /** Elements of each model output. */
  readonly outputs: readonly (readonly CircuitElement[])[];
}

/**
 * Constraints of a whole model. Yields the label of the layer at work, at the latest after some
 * thousand rows, so that rows can be streamed and counted per layer.
 */
export function* instantiateModel(
  system: ConstraintSystem,
  model: IntegerModel,
  input: Uint8Array,
): Generator<string, InstantiatedModel> {
  const needed = neededElements(model);
  const lastUse = lastUses(model);
  const tensors: CircuitTensor[] = [];
  const inputPayload: PayloadElement[] = [];
  let offset = 0;

  for (const [id, operation] of model.operations.entries()) {
    const value = model.values[id] as Value;
    const label = operation.label === "" ? operation.kind : operation.label;
    if (operation.kind === "input") {
      const elements = inputTensor(system, operation, { input, offset, count: value.low.length });
      offset += value.low.length * elementBytes(operation.elementType);
      inputPayload.push(...elements.map(({ payload }) => payload));
      tensors.push(elements.map(({ element }) => element));
    } else {
      const sources = sourcesOf(operation).map((source) => tensors[source] ?? []);
      const make =
        operation.kind === "constant"
          ? (index: number) => constantElement(value.low[index] as number)
          : inLayer(operation, () => instantiateOperation({ system, operation, sources, value }));
      const tensor: (CircuitElement | undefined)[] = [];
      for (let index = 0; index < value.low.length; index++) {
        const isNeeded = needed[id]?.[index] === 1;
        tensor.push(inLayer(operation, () => elementFor({ value, index, isNeeded, make })));
        if (system.pendingRows >= ROWS_PER_STEP) yield label;
      }
      tensors.push(tensor);
      for (const source of sourcesOf(operation)) if (lastUse[source] === id) tensors[source] = [];
    }
    yield label;
  }

  const outputs = model.outputs.map(({ value }) =>
    (tensors[value] ?? []).filter((element) => element !== undefined),
  );
  const outputPayload = model.outputs.flatMap(({ elementType }, position) =>
    (outputs[position] ?? []).map((element) => outputElement(system, element, elementType)),
  );
  const words = [...packWords(inputPayload), ...packWords(outputPayload)];
  yield "output encoding";
  return { words, outputs };
}

function inputTensor(
  system: ConstraintSystem,
  operation: InputOperation,
  place: { readonly input: Uint8Array; readonly offset: number; readonly count: number },
): ReturnType<typeof inputElement>[] {
  const { elementType } = operation;
  const width = elementBytes(elementType);
  return Array.from({ length: place.count }, (_, i) => {
    const start = place.offset + i * width;
    return inputElement(system, {
      elementType,
      bytes: () => place.input.subarray(start, start + width),
    });
  });
}

function elementFor(parameters: {
  readonly value: Value;
  readonly index: number;
  readonly isNeeded: boolean;
  readonly make: (index: number) => CircuitElement;
}): CircuitElement | undefined {
  const { value, index, isNeeded, make } = parameters;
  if (!isNeeded) return undefined;
  return isConstant(value, index) ? constantElement(value.low[index] as number) : make(index);
}

/** Bounds, divisors and tables near 2^52 may need coefficients that their intervals do not show. */
function inLayer<T>(operation: Operation, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof InexactCoefficient)) throw cause;
    const { kind, label } = operation;
    throw new CompilerError(
      "RangeTooWide",
      `${kind} "${label}": ${cause.message} in its rows; rescale earlier or give this layer fewer ` +
        "fraction bits",
      { operation: kind, label },
      cause,
    );
  }
}

/** The last operation that reads each value; outputs are read at the end. */
function lastUses(model: IntegerModel): readonly number[] {
  const lastUse: number[] = model.values.map(() => -1);
  for (const [id, operation] of model.operations.entries()) {
    for (const source of sourcesOf(operation)) lastUse[source] = id;
  }
  for (const { value } of model.outputs) lastUse[value] = Infinity;
  return lastUse;
}
