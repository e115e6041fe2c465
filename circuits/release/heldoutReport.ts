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
export interface HeldoutReport {
  readonly images: number;
  /** Share of inputs where the largest output stands at the label. */
  readonly floatTop1: number;
  readonly integerTop1: number;
  /** Share of inputs where both models have their largest output in the same place. */
  readonly agreement: number;
  readonly meanError: number;
  readonly maximumError: number;
}

/** Null where the folder has no labelled inputs. */
export function reportHeldout(input: {
  readonly folder: ModelFolder;
  readonly model: IntegerModel;
  readonly schema: Schema;
}): HeldoutReport | null {
  const { folder, model, schema } = input;
  const [inputSchema, ...others] = schema.inputs;
  if (folder.heldout.length === 0 || inputSchema === undefined) return null;
  if (others.length > 0) {
    throw new ReleaseError(
      "ModelFolderInvalid",
      "heldout.json serves models with one input; remove it.",
      { data: { inputs: schema.inputs.length } },
    );
  }
  const graph = bindGraph(readModel(folder.onnx));
  const fractionBits = schema.outputs[0]?.fractionBits ?? 0;
  const total = { float: 0, integer: 0, agreed: 0, error: 0, elements: 0, maximum: 0 };
  for (const { label, input: real } of folder.heldout) {
    const float = floatOutput(graph, real);
    const [output = new Float64Array()] = interpret(model, [quantizeValues(real, inputSchema)]);
    const integer = dequantizeValues(output, fractionBits);
    const [floatTop, integerTop] = [largestAt(float), largestAt(integer)];
    total.float += Number(floatTop === label);
    total.integer += Number(integerTop === label);
    total.agreed += Number(floatTop === integerTop);
    integer.forEach((value, index) => {
      const error = Math.abs(value - (float[index] ?? 0));
      total.error += error;
      total.maximum = Math.max(total.maximum, error);
      total.elements += 1;
    });
  }
  const images = folder.heldout.length;
  return {
    images,
    floatTop1: total.float / images,
    integerTop1: total.integer / images,
    agreement: total.agreed / images,
    meanError: total.error / total.elements,
    maximumError: total.maximum,
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
