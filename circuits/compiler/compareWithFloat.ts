import { elementRange, type ElementType } from "./integer/elementType.ts";
import { interpret } from "./integer/interpret.ts";
import type { IntegerModel } from "./integer/integerModel.ts";
import { sizeOf, type Tensor } from "./onnx/tensor.ts";

export interface PayloadSchema {
  readonly shape: readonly number[];
  readonly elementType: ElementType;
  readonly fractionBits: number;
}

/** Differences between the integer and the float model, over all elements of all outputs. */
export interface AccuracyReport {
  readonly samples: number;
  readonly meanError: number;
  readonly maxError: number;
  /** Σ|ŷ − y| / Σ|y|; 0 where both sums are 0, Infinity where only y is. */
  readonly relativeError: number;
  /** Share of samples whose first output has its largest element in the same place. */
  readonly top1Agreement: number;
}

/** Real numbers as payload integers: nearest, halves up, saturated to the type. */
export function quantizeValues(
  values: ArrayLike<number>,
  { elementType, fractionBits }: Omit<PayloadSchema, "shape">,
): Float64Array {
  const { low, high } = elementRange(elementType);
  const scale = 2 ** fractionBits;
  return Float64Array.from(values, (value) =>
    Math.min(high, Math.max(low, Math.floor(value * scale + 0.5) + 0)),
  );
}

/** Payload integers as real numbers. */
export function dequantizeValues(values: ArrayLike<number>, fractionBits: number): Float64Array {
  return Float64Array.from(values, (value) => value * 2 ** -fractionBits);
}

export function compareWithFloat({
  model,
  schema,
  samples,
  expected,
}: {
  readonly model: IntegerModel;
  readonly schema: {
    readonly inputs: readonly PayloadSchema[];
    readonly outputs: readonly PayloadSchema[];
  };
  readonly samples: readonly (readonly Tensor[])[];
  readonly expected: readonly (readonly Tensor[])[];
}): AccuracyReport {
  const total = { error: 0, magnitude: 0, elements: 0, largest: 0, agreed: 0 };
  samples.forEach((sample, index) => {
    const inputs = schema.inputs.map((input, at) =>
      quantizeValues(sample[at]?.data ?? new Float64Array(sizeOf(input.shape)), input),
    );
    const outputs = interpret(model, inputs).map((output, at) =>
      dequantizeValues(output, schema.outputs[at]?.fractionBits ?? 0),
    );
    outputs.forEach((output, at) => {
      const right = expected[index]?.[at]?.data ?? new Float64Array();
      output.forEach((value, i) => {
        const error = Math.abs(value - (right[i] ?? 0));
        total.error += error;
        total.magnitude += Math.abs(right[i] ?? 0);
        total.largest = Math.max(total.largest, error);
        total.elements++;
      });
      if (at === 0 && largestAt(output) === largestAt(right)) total.agreed++;
    });
  });
  return {
    samples: samples.length,
    meanError: total.error / Math.max(1, total.elements),
    maxError: total.largest,
    relativeError: total.error === 0 ? 0 : total.error / total.magnitude,
    top1Agreement: total.agreed / Math.max(1, samples.length),
  };
}

function largestAt(values: Float64Array): number {
  let at = 0;
  values.forEach((value, i) => {
    if (value > (values[at] ?? 0)) at = i;
  });
  return at;
}
