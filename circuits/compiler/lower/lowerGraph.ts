import type { Call } from "../graph/call.ts";
import { evaluateNode } from "../graph/evaluateGraph.ts";
import type { Graph, Node } from "../graph/graph.ts";
import type { IntegerBuilder } from "../integer/integerBuilder.ts";
import { isFloat } from "../onnx/elementType.ts";
import type { Tensor } from "../onnx/tensor.ts";
import type { ValueFacts } from "../quantize/calibrate.ts";
import { emitNarrow, emitWide } from "../quantize/emit.ts";
import { formatOf, INTEGER_FORMAT, widen, type Format } from "../quantize/format.ts";
import { fromConstant, type Fixed, type Linear } from "../quantize/linear.ts";
import { refusal } from "../refusal.ts";
import type { Lowering, Private } from "./operator.ts";
import { findEvaluate, findOperator } from "./registry.ts";

export interface Precision {
  /** Bits beside the sign that activations are rounded to. */
  readonly activationBits: number;
  /** How far past the calibrated range values may go before they saturate: 1.5 is half as far again. */
  readonly margin: number;
}

export interface LowerRequest {
  readonly graph: Graph;
  readonly facts: ReadonlyMap<string, ValueFacts>;
  readonly inputs: ReadonlyMap<string, Linear>;
  readonly builder: IntegerBuilder;
  readonly precision: Precision;
}

/** Lowers every node in order; returns the graph's outputs as linear forms. */
export function lowerGraph(request: LowerRequest): Private[] {
  const { graph } = request;
  const values = new Map<string, Private>();
  for (const [name, linear] of request.inputs) {
    values.set(name, privateOf(request, name, linear));
  }
  for (const node of graph.nodes) {
    const operator = findOperator(node.operator, node.name);
    const results = operator.lower(loweringOf({ request, node, values }));
    node.outputs.forEach((name, index) => {
      const linear = results[index];
      if (name === "" || linear === undefined) return;
      values.set(name, privateOf(request, name, linear));
    });
  }
  return graph.outputs.map((name) => {
    const constant = graph.constants.get(name);
    const value = constant === undefined ? values.get(name) : constantPrivate(constant);
    if (value === undefined) throw refusal("ValueUndefined", { value: name, reader: "output" });
    return value;
  });
}

function factsOf(request: LowerRequest, name: string): ValueFacts {
  const facts = request.facts.get(name);
  if (facts === undefined) throw refusal("ValueUndefined", { value: name, reader: "lowering" });
  return facts;
}

function privateOf(request: LowerRequest, name: string, linear: Linear): Private {
  const { elementType, range } = factsOf(request, name);
  return { linear, elementType, range };
}

function constantPrivate(tensor: Tensor): Private {
  const finite = tensor.data.filter(Number.isFinite);
  const range = {
    low: finite.reduce((least, value) => Math.min(least, value), 0),
    high: finite.reduce((most, value) => Math.max(most, value), 0),
  };
  const linear = fromConstant(tensor.data, tensor.shape);
  return { linear, elementType: tensor.elementType, range };
}

/** A calibrated value's own format. */
function formatOfPrivate(
  { elementType, range }: Pick<Private, "elementType" | "range">,
  { bits, margin }: { readonly bits: number; readonly margin: number },
): Format {
  return isFloat(elementType) ? formatOf(widen(range, margin), bits) : INTEGER_FORMAT;
}

/** Rounded once per value and format, however many nodes read it. */
const rounded = new WeakMap<Linear, Map<string, Fixed>>();

function once(linear: Linear, key: string, emit: () => Fixed): Fixed {
  const known = rounded.get(linear) ?? new Map<string, Fixed>();
  rounded.set(linear, known);
  const fixed = known.get(key) ?? emit();
  known.set(key, fixed);
  return fixed;
}

function loweringOf({
  request,
  node,
  values,
}: {
  readonly request: LowerRequest;
  readonly node: Node;
  readonly values: ReadonlyMap<string, Private>;
}): Lowering {
  const { builder, precision } = request;
  const { activationBits, margin } = precision;
  const label = node.name;
  const output = (index: number): ValueFacts => factsOf(request, node.outputs[index] ?? "");
  const format = (value: Pick<Private, "elementType" | "range">, bits = activationBits): Format =>
    formatOfPrivate(value, { bits, margin });
  const call = callOf({ request, node, values });
  const narrowTo = ({ linear }: Private, wanted: Format): Fixed =>
    once(linear, `narrow ${Object.values(wanted).join(" ")}`, () =>
      emitNarrow({ builder, linear, format: wanted, label }),
    );
  return {
    ...call,
    builder,
    activationBits,
    margin,
    outputShape: (index) => output(index).shape,
    outputType: (index) => output(index).elementType,
    outputRange: (index) => output(index).range,
    formatOf: format,
    outputFormat: (index, bits) => format(output(index), bits),
    wide: (value, bits) => {
      const fine = bits ?? format(value).fractionBits;
      return once(value.linear, `wide ${fine}`, () =>
        emitWide({ builder, linear: value.linear, precision: fine, label }),
      );
    },
    evaluateBody: (points) => {
      const name = node.inputs[0] ?? "";
      const elementType = call.elementType(0);
      const input = { elementType, shape: [points.length], data: points };
      const inside = new Map([[name, input]]);
      const { opset } = request.graph;
      const [result] = evaluateNode({ node, opset, values: inside, find: findEvaluate });
      return result?.data ?? new Float64Array();
    },
    narrowTo,
    narrow: (value, bits) => narrowTo(value, format(value, bits)),
  };
}

function callOf({
  request,
  node,
  values,
}: {
  readonly request: LowerRequest;
  readonly node: Node;
  readonly values: ReadonlyMap<string, Private>;
}): Call & Pick<Lowering, "input"> {
  const { constants, opset } = request.graph;
  const missing = (index: number): Error =>
    refusal("InputInvalid", { node: node.name, operator: node.operator, missing: index });
  const constantAt = (index: number): Tensor | undefined => constants.get(node.inputs[index] ?? "");
  const privateAt = (index: number): Private => {
    const value = values.get(node.inputs[index] ?? "");
    if (value === undefined) throw missing(index);
    return value;
  };
  return {
    name: node.name,
    operator: node.operator,
    opset,
    attributes: node.attributes,
    inputCount: node.inputs.length,
    outputCount: node.outputs.length,
    has: (index) => (node.inputs[index] ?? "") !== "",
    shape: (index) => constantAt(index)?.shape ?? privateAt(index).linear.shape,
    elementType: (index) => constantAt(index)?.elementType ?? privateAt(index).elementType,
    isConstant: (index) => constantAt(index) !== undefined,
    constant: (index) => {
      const tensor = constantAt(index);
      if (tensor !== undefined) return tensor;
      const input = node.inputs[index] ?? "";
      if (!values.has(input)) throw missing(index);
      throw refusal("ShapePrivate", { node: node.name, operator: node.operator, input });
    },
    input: (index) => {
      const tensor = constantAt(index);
      return tensor === undefined ? privateAt(index) : constantPrivate(tensor);
    },
  };
}
