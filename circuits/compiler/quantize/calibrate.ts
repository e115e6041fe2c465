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
  const maskable = maskableValues(graph);
  const outputs = samples.map((feeds) => {
    const values = evaluateGraph(graph, feeds, find);
    for (const [name, tensor] of values) {
      if (graph.constants.has(name)) continue;
      const known = facts.get(name)?.range;
      const range = rangeOf(tensor.data, known, maskable.has(name) ? MASK : -Infinity);
      facts.set(name, { shape: tensor.shape, elementType: tensor.elementType, range });
    }
    return graph.outputs.flatMap((name) => values.get(name) ?? []);
  });
  return { facts, outputs };
}

/** What attention masks use for −∞ lies here or below, and all else far above. */
const MASK = -9999;
const MASKING: ReadonlySet<string> = new Set(["Add", "Sub", "Where"]);

/** Values inside the graph that a mask may have been written into. */
function maskableValues(graph: Graph): Set<string> {
  const written = graph.nodes.filter(({ operator }) => MASKING.has(operator));
  const names = new Set(written.flatMap(({ outputs }) => outputs));
  for (const name of graph.outputs) names.delete(name);
  return names;
}

function rangeOf(data: Float64Array, known: Range | undefined, mask: number): Range {
  let low = known?.low ?? Infinity;
  let high = known?.high ?? -Infinity;
  let lowest = Infinity;
  for (const value of data) {
    // An infinity in a sample (a mask, log 0) says nothing about the scale of the rest.
    if (!Number.isFinite(value)) continue;
    if (value <= mask) lowest = Math.min(lowest, value);
    else if (value < low) low = value;
    if (value > high) high = value;
  }
  const isMask = low <= high && low > mask / 40;
  if (!isMask) low = Math.min(low, lowest);
  return low <= high ? { low, high } : { low: known?.low ?? 0, high: known?.high ?? 0 };
}
