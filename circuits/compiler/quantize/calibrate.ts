import type { FindEvaluate } from "../graph/call.ts";
import { evaluateGraph } from "../graph/evaluateGraph.ts";
import type { Graph } from "../graph/graph.ts";
import type { ElementType } from "../onnx/elementType.ts";
import type { Tensor } from "../onnx/tensor.ts";
import type { Range } from "./format.ts";

/** What is known about a value of the graph before it is lowered. */
export interface ValueFacts {
  readonly shape: readonly number[];
  readonly elementType: ElementType;
  /** Over all samples. Guides precision and saturation; never a proven interval. */
  readonly range: Range;
}

export interface Calibration {
  readonly facts: ReadonlyMap<string, ValueFacts>;
  /** Graph outputs of every sample, in order. */
  readonly outputs: readonly (readonly Tensor[])[];
}

/** Runs the graph on every sample and keeps the range of each value. */
export function calibrate({
  graph,
  samples,
  find,
}: {
  readonly graph: Graph;
  readonly samples: readonly (readonly Tensor[])[];
  readonly find: FindEvaluate;
}): Calibration {
  const facts = new Map<string, ValueFacts>();
  const outputs = samples.map((feeds) => {
    const values = evaluateGraph(graph, feeds, find);
    for (const [name, tensor] of values) {
      if (graph.constants.has(name)) continue;
      const range = rangeOf(tensor.data, facts.get(name)?.range);
      facts.set(name, { shape: tensor.shape, elementType: tensor.elementType, range });
    }
    return graph.outputs.flatMap((name) => values.get(name) ?? []);
  });
  return { facts, outputs };
}

/** Below this, and far below everything else, lies what masks use for −∞. */
const MASK = -1000;

function rangeOf(data: Float64Array, known: Range | undefined): Range {
  let low = known?.low ?? Infinity;
  let high = known?.high ?? -Infinity;
  let lowest = Infinity;
  for (const value of data) {
    // An infinity in a sample (a mask, log 0) says nothing about the scale of the rest.
    if (!Number.isFinite(value)) continue;
    if (value < MASK) lowest = Math.min(lowest, value);
    else if (value < low) low = value;
    if (value > high) high = value;
  }
  const isMask = low <= high && low > MASK / 4;
  if (!isMask) low = Math.min(low, lowest);
  return low <= high ? { low, high } : { low: known?.low ?? 0, high: known?.high ?? 0 };
}
