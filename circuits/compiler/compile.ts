import { CompilerError } from "./compilerError.ts";
import { compareWithFloat, type AccuracyReport } from "./compareWithFloat.ts";
import { bindGraph } from "./graph/bindGraph.ts";
import { expandGraph } from "./graph/expandGraph.ts";
import { fuseFunctions } from "./graph/fuseFunctions.ts";
import type { Graph, GraphInput } from "./graph/graph.ts";
import { poolBeforeRelu } from "./graph/poolBeforeRelu.ts";
import { IntegerBuilder } from "./integer/integerBuilder.ts";
import type { ElementType } from "./integer/elementType.ts";
import type { IntegerModel } from "./integer/integerModel.ts";
import { elementwiseCost } from "./lower/elementwiseCost.ts";
import { lowerGraph, type Precision } from "./lower/lowerGraph.ts";
import { emitOutput } from "./lower/outputFormat.ts";
import { pruneModel } from "./lower/prune.ts";
import { findEvaluate, findExpand } from "./lower/registry.ts";
import { readModel } from "./onnx/readModel.ts";
import { sizeOf, type Tensor } from "./onnx/tensor.ts";
import { calibrate, type Calibration } from "./quantize/calibrate.ts";
import { rescaleTo } from "./quantize/emit.ts";
import { inputFormatOf, type PayloadFormat } from "./quantize/inputFormat.ts";
import { fromFixed, type Linear } from "./quantize/linear.ts";
import { refusal } from "./refusal.ts";

/** How one tensor of a payload is read: real = integer / 2^fractionBits, big-endian, row-major. */
export interface TensorSchema {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elementType: ElementType;
  readonly fractionBits: number;
}

export interface Schema {
  readonly inputs: readonly TensorSchema[];
  readonly outputs: readonly TensorSchema[];
}

export interface CompileRequest {
  /** The whole .onnx file. */
  readonly onnx: Uint8Array;
  /** sample → graph input → flat elements. They choose scales; without any, zeros are taken. */
  readonly samples: readonly (readonly (readonly number[])[])[];
  /** Payload format per graph input, where the default (floats as int16) is not wanted. */
  readonly input?: readonly (PayloadFormat | undefined)[];
  /** Values for named dimensions other than the batch, which is 1. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Bits of activations and their margin; left out, bits follow from the error on the samples. */
  readonly precision?: Partial<Precision>;
}

export interface Compilation {
  readonly model: IntegerModel;
  readonly schema: Schema;
  /** Integer model against float model on the samples. */
  readonly report: AccuracyReport;
}

const DEFAULT_PRECISION: Precision = { activationBits: 11, margin: 1.5 };
/** Deep models get more bits until their relative error on the samples is below this. */
const WANTED_ERROR = 0.003;
const MOST_BITS = 14;

/**
 * Compiles an ONNX file to an integer model. The same request gives the same model.
 * @throws CompilerError if the file is damaged, uses what cannot be proved, or a sum may overflow
 */
export function compile(request: CompileRequest): Compilation {
  const precision = precisionOf(request.precision);
  const bound = bindGraph(readModel(request.onnx), request.dimensions);
  const samples = samplesOf(bound.inputs, request.samples);
  const expanded = expandGraph({
    graph: bound,
    feeds: samples[0] ?? [],
    find: findEvaluate,
    findExpand,
  });
  const ordered = poolBeforeRelu(expanded);
  const calibration = calibrate({ graph: ordered, samples, find: findEvaluate });
  const shapes = new Map([...calibration.facts].map(([name, { shape }]) => [name, shape]));
  const graph = fuseFunctions({ graph: ordered, shapes, classify: elementwiseCost });
  const stated = request.input ?? [];
  const attempt = (activationBits: number): Compilation => {
    const finer = { ...precision, activationBits };
    const { model, schema } = lowerAll({ graph, calibration, precision: finer, stated });
    const report = compareWithFloat({ model, schema, samples, expected: calibration.outputs });
    return { model, schema, report };
  };
  const most = request.precision?.activationBits ?? MOST_BITS;
  return refine(attempt, precision.activationBits, most);
}

/** The fewest bits that are accurate enough; where none are, those with the smallest error. */
function refine(
  attempt: (activationBits: number) => Compilation,
  fewest: number,
  most: number,
): Compilation {
  let best = attempt(fewest);
  for (let bits = fewest + 1; bits <= most; bits++) {
    if (best.report.relativeError <= WANTED_ERROR) break;
    const next = attemptOrNothing(attempt, bits);
    if (next === undefined) break;
    if (next.report.relativeError < best.report.relativeError) best = next;
  }
  return best;
}

/** More bits may be more than a sum can hold; then fewer have to do. */
function attemptOrNothing(
  attempt: (activationBits: number) => Compilation,
  bits: number,
): Compilation | undefined {
  try {
    return attempt(bits);
  } catch (error) {
    if (error instanceof CompilerError && error.code === "RangeTooWide") return undefined;
    throw error;
  }
}

function precisionOf(given: Partial<Precision> = {}): Precision {
  const precision = { ...DEFAULT_PRECISION, ...given };
  const { activationBits, margin } = precision;
  if (!Number.isInteger(activationBits) || activationBits < 4 || activationBits > 20) {
    throw refusal("OptionInvalid", { option: "activationBits", value: activationBits });
  }
  if (!(margin >= 1 && margin <= 16))
    throw refusal("OptionInvalid", { option: "margin", value: margin });
  return precision;
}

function samplesOf(
  inputs: readonly GraphInput[],
  samples: CompileRequest["samples"],
): readonly (readonly Tensor[])[] {
  const zeros = inputs.map(({ shape }) => new Array<number>(sizeOf(shape)).fill(0));
  return (samples.length === 0 ? [zeros] : samples).map((sample, index) =>
    inputs.map(({ name, shape, elementType }, at) => {
      const values = sample[at];
      const size = sizeOf(shape);
      if (values?.length !== size || !values.every((value) => Number.isFinite(value))) {
        const actual = values?.length ?? "none";
        throw refusal("SampleInvalid", { sample: index, input: name, expected: size, actual });
      }
      return { elementType, shape, data: Float64Array.from(values) };
    }),
  );
}

function lowerAll({
  graph,
  calibration,
  precision,
  stated,
}: {
  readonly graph: Graph;
  readonly calibration: Calibration;
  readonly precision: Precision;
  readonly stated: readonly (PayloadFormat | undefined)[];
}): { readonly model: IntegerModel; readonly schema: Schema } {
  const builder = new IntegerBuilder();
  const inputs = new Map<string, Linear>();
  const inputSchemas = graph.inputs.map((input, index): TensorSchema => {
    const range = calibration.facts.get(input.name)?.range ?? { low: 0, high: 0 };
    const { elementType, fractionBits, low, high } = inputFormatOf(input, range, stated[index]);
    const { name, shape } = input;
    const raw = builder.input({ name, shape, elementType });
    const value = rescaleTo({ builder, value: raw, shift: 0, low, high, label: name });
    inputs.set(name, fromFixed({ value, fractionBits }));
    return { name, shape, elementType, fractionBits };
  });
  if (inputSchemas.length === 0) inputSchemas.push(addUnreadInput(builder));
  const outputs = lowerGraph({ graph, facts: calibration.facts, inputs, builder, precision });
  const outputSchemas = outputs.map((output, index): TensorSchema => {
    const name = graph.outputs[index] ?? "";
    const { value, elementType, fractionBits } = emitOutput({ builder, name, output });
    builder.output({ name, value, elementType });
    return { name, shape: value.shape, elementType, fractionBits };
  });
  return {
    model: pruneModel(builder.build()),
    schema: { inputs: inputSchemas, outputs: outputSchemas },
  };
}

/** A graph without inputs takes one byte that nothing reads: a request has to carry something. */
function addUnreadInput(builder: IntegerBuilder): TensorSchema {
  const unread = { name: "unread", shape: [1], elementType: "uint8" as const };
  builder.input(unread);
  return { ...unread, fractionBits: 0 };
}
