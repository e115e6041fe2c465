import { dequantizeValues, quantizeValues } from "../compiler/compareWithFloat.ts";
import type { Schema } from "../compiler/compile.ts";
import { bindGraph } from "../compiler/graph/bindGraph.ts";
import { evaluateGraph } from "../compiler/graph/evaluateGraph.ts";
import type { Graph } from "../compiler/graph/graph.ts";
import type { IntegerModel } from "../compiler/integer/integerModel.ts";
import { interpret } from "../compiler/integer/interpret.ts";
import { findEvaluate } from "../compiler/lower/registry.ts";
import { readModel } from "../compiler/onnx/readModel.ts";
import type { ModelFolder } from "./modelFolder.ts";
import { ReleaseError } from "./releaseError.ts";

/** Both models on labelled inputs nothing was chosen by; errors in real units of the first output. */
export interface LabelReport {
  readonly images: number;
  /** Share of inputs where the largest output stands at the label. */
  readonly floatTop1: number;
  readonly integerTop1: number;
  /** Share of inputs where both models have their largest output in the same place. */
  readonly agreement: number;
  /** Integer model against float model, over all elements. */
  readonly meanError: number;
  readonly maximumError: number;
}

/** Both models on measured inputs nothing was chosen by; all in real units of the first output. */
export interface TargetReport {
  readonly examples: number;
  /** Mean absolute error of each model against what was measured. */
  readonly floatError: number;
  readonly integerError: number;
  /** Integer model against float model, over all elements. */
  readonly meanError: number;
  readonly maximumError: number;
}

export type HeldoutReport = LabelReport | TargetReport;

interface Models {
  readonly folder: ModelFolder;
  readonly model: IntegerModel;
  readonly schema: Schema;
}

/** First outputs of both models, in real units. */
interface Answers {
  readonly float: Float64Array;
  readonly integer: Float64Array;
}

/**
 * Null where the folder has no held-out inputs.
 * @throws ReleaseError ModelFolderInvalid
 */
export function reportHeldout(models: Models): HeldoutReport | null {
  const { heldout, measured } = models.folder;
  if (heldout.length === 0 && measured.length === 0) return null;
  const run = runner(models);
  return heldout.length > 0 ? reportLabels(heldout, run) : reportTargets(measured, run);
}

function reportLabels(
  heldout: ModelFolder["heldout"],
  run: (real: readonly number[]) => Answers,
): LabelReport {
  const total = { float: 0, integer: 0, agreed: 0 };
  const differences = new Differences();
  for (const { label, input } of heldout) {
    const answers = run(input);
    const [floatTop, integerTop] = [largestAt(answers.float), largestAt(answers.integer)];
    total.float += Number(floatTop === label);
    total.integer += Number(integerTop === label);
    total.agreed += Number(floatTop === integerTop);
    differences.add(answers.integer, answers.float);
  }
  const images = heldout.length;
  return {
    images,
    floatTop1: total.float / images,
    integerTop1: total.integer / images,
    agreement: total.agreed / images,
    meanError: differences.mean,
    maximumError: differences.maximum,
  };
}

function reportTargets(
  measured: ModelFolder["measured"],
  run: (real: readonly number[]) => Answers,
): TargetReport {
  const [ofFloat, ofInteger, between] = [new Differences(), new Differences(), new Differences()];
  measured.forEach(({ target, input }, index) => {
    const { float, integer } = run(input);
    if (target.length !== float.length) {
      throw new ReleaseError(
        "ModelFolderInvalid",
        `heldout.json: ${index}.target has ${target.length} elements, the model's first output ` +
          `${float.length}; correct the file.`,
        { data: { index, target: target.length, output: float.length } },
      );
    }
    ofFloat.add(float, target);
    ofInteger.add(integer, target);
    between.add(integer, float);
  });
  return {
    examples: measured.length,
    floatError: ofFloat.mean,
    integerError: ofInteger.mean,
    meanError: between.mean,
    maximumError: between.maximum,
  };
}

/** Absolute differences between what was given and what is right, element by element. */
class Differences {
  #sum = 0;
  #count = 0;
  #maximum = 0;

  add(given: Float64Array, right: ArrayLike<number>): void {
    given.forEach((value, index) => {
      const difference = Math.abs(value - (right[index] ?? 0));
      this.#sum += difference;
      this.#maximum = Math.max(this.#maximum, difference);
      this.#count += 1;
    });
  }

  get mean(): number {
    return this.#sum / this.#count;
  }

  get maximum(): number {
    return this.#maximum;
  }
}

function runner({ folder, model, schema }: Models): (real: readonly number[]) => Answers {
  const [inputSchema, ...others] = schema.inputs;
  if (inputSchema === undefined || others.length > 0) {
    throw new ReleaseError(
      "ModelFolderInvalid",
      "heldout.json serves models with one input; remove it.",
      { data: { inputs: schema.inputs.length } },
    );
  }
  const graph = bindGraph(readModel(folder.onnx));
  const fractionBits = schema.outputs[0]?.fractionBits ?? 0;
  return (real) => {
    const [output = new Float64Array()] = interpret(model, [quantizeValues(real, inputSchema)]);
    return { float: floatOutput(graph, real), integer: dequantizeValues(output, fractionBits) };
  };
}

function floatOutput(graph: Graph, real: readonly number[]): Float64Array {
  const feeds = graph.inputs.map(({ shape, elementType }) => ({
    elementType,
    shape,
    data: Float64Array.from(real),
  }));
  const output = evaluateGraph(graph, feeds, findEvaluate).get(graph.outputs[0] ?? "");
  if (output === undefined) throw new RangeError("the graph has no output");
  return output.data;
}

function largestAt(values: Float64Array): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
}
