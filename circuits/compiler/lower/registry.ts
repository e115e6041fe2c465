import type { FindEvaluate } from "../graph/call.ts";
import type { Expand, FindExpand } from "../graph/expandGraph.ts";
import { refusal } from "../refusal.ts";
import { argMaxFamily } from "./argMax.ts";
import { arithmeticFamily } from "./arithmetic.ts";
import { compareFamily } from "./compare.ts";
import { constantsFamily } from "./constants.ts";
import { convolutionFamily } from "./convolution.ts";
import { functionsFamily } from "./functions.ts";
import { gatherFamily } from "./gather.ts";
import { gatherNdFamily } from "./gatherNd.ts";
import { logicFamily } from "./logic.ts";
import { matMulFamily } from "./matMul.ts";
import { nearestOperator } from "./nearest.ts";
import type { CompositeFamily, Family, Operator } from "./operator.ts";
import { einsumFamily } from "./einsum.ts";
import { normalizationFamily } from "./normalization.ts";
import { quantizedFamily } from "./quantized.ts";
import { recurrentFamily } from "./recurrent.ts";

import { poolFamily } from "./pool.ts";
import { powerFamily } from "./power.ts";
import { reduceFamily } from "./reduce.ts";
import { reluFamily } from "./relu.ts";
import { resizeFamily } from "./resize.ts";
import { roundingFamily } from "./rounding.ts";
import { scatterFamily } from "./scatter.ts";
import { shapeFamily } from "./shape.ts";
import { sliceFamily } from "./slice.ts";
import { softmaxFamily } from "./softmax.ts";
import { topKFamily } from "./topK.ts";

/** Every operator family. A new one is one file and one line here. */
const FAMILIES: readonly Family[] = [
  argMaxFamily,
  arithmeticFamily,
  compareFamily,
  constantsFamily,
  convolutionFamily,
  functionsFamily,
  gatherFamily,
  gatherNdFamily,
  logicFamily,
  matMulFamily,
  poolFamily,
  powerFamily,
  reduceFamily,
  reluFamily,
  resizeFamily,
  roundingFamily,
  scatterFamily,
  shapeFamily,
  sliceFamily,
  softmaxFamily,
  topKFamily,
];

/** Families of operators that are rewritten as simpler ones. */
const COMPOSITES: readonly CompositeFamily[] = [
  einsumFamily,
  normalizationFamily,
  quantizedFamily,
  recurrentFamily,
];

const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  FAMILIES.flatMap((family) => Object.entries(family)),
);

const EXPANSIONS: ReadonlyMap<string, Expand> = new Map(
  COMPOSITES.flatMap((family) => Object.entries(family)),
);

/**
 * The operator of an ONNX name.
 * @throws CompilerError OperatorUnknown with the supported operator that comes nearest
 */
export function findOperator(name: string, node: string): Operator {
  const operator = OPERATORS.get(name);
  if (operator !== undefined) return operator;
  const nearest = nearestOperator(name, operatorNames());
  throw refusal("OperatorUnknown", { node, operator: name, nearest });
}

export const findEvaluate: FindEvaluate = (name, node) => findOperator(name, node).evaluate;

/** How a composite operator is rewritten. */
export const findExpand: FindExpand = (name) => EXPANSIONS.get(name);

/** Names of all supported operators, sorted. */
function operatorNames(): string[] {
  return [...OPERATORS.keys(), ...EXPANSIONS.keys()].sort();
}
