import type { Call } from "../graph/call.ts";
import type { Expand, NodeWriter } from "../graph/expandGraph.ts";
import type { Attribute } from "../onnx/attribute.ts";
import { isFloat } from "../onnx/elementType.ts";
import { sizeOf } from "../onnx/tensor.ts";
import { axisOf, listOf, range } from "./movement.ts";
import type { CompositeFamily } from "./operator.ts";

/** Normalisations and reductions that are sums of simpler operators. */
export const normalizationFamily: CompositeFamily = {
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  LpNormalization: lpNormalization,
  RMSNormalization: rmsNormalization,
  ReduceL2: (call, inputs, writer) => {
    const squares = writer.node("ReduceSumSquare", inputs, reduceAttributes(call));
    return writer.node("Sqrt", squares);
  },
  ReduceLogSum: (call, inputs, writer) =>
    writer.node("Log", writer.node("ReduceSum", inputs, reduceAttributes(call))),
  ReduceLogSumExp: logSumExp,
  LogSoftmax: (call, inputs, writer) => logSoftmax(call, inputs, writer),
  Hardmax: hardmax,
  Div: divideByFewer,
  Swish: (call, inputs, writer) => {
    const x = inputs[0] ?? "";
    const alpha = writer.constant([], [call.attributes.float("alpha", 1)]);
    const gate = writer.node("Sigmoid", writer.node("Mul", [x, alpha]));
    return writer.node("Mul", [x, gate[0]]);
  },
};

const int = (value: number): Attribute => ({ kind: "int", value });
const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

function reduceAttributes(call: Call): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {
    keepdims: int(call.attributes.int("keepdims", 1)),
  };
  const axes = call.attributes.ints("axes");
  if (axes !== undefined) attributes["axes"] = ints(axes);
  const noop = call.attributes.int("noop_with_empty_axes");
  if (noop !== undefined) attributes["noop_with_empty_axes"] = int(noop);
  return attributes;
}

/** (x − mean) / sqrt(variance + epsilon) over axes, with what it divides by. */
function standardise(
  writer: NodeWriter,
  x: string,
  { axes, epsilon }: { readonly axes: readonly number[]; readonly epsilon: number },
): { readonly result: string; readonly mean: string; readonly inverse: string } {
  const over = { axes: ints(axes), keepdims: int(1) };
  const [mean] = writer.node("ReduceMean", [x], over);
  const [centred] = writer.node("Sub", [x, mean]);
  const inverse = inverseRoot(writer, centred, over, epsilon);
  return { result: writer.node("Mul", [centred, inverse])[0], mean, inverse };
}

function inverseRoot(
  writer: NodeWriter,
  x: string,
  over: Readonly<Record<string, Attribute>>,
  epsilon: number,
): string {
  const [squares] = writer.node("Mul", [x, x]);
  const [variance] = writer.node("ReduceMean", [squares], over);
  const [shifted] = writer.node("Add", [variance, writer.constant([], [epsilon])]);
  return writer.node("Pow", [shifted, writer.constant([], [-0.5])])[0];
}

function scaleAndShift(writer: NodeWriter, x: string, scale: string, bias: string): string {
  const [scaled] = scale === "" ? [x] : writer.node("Mul", [x, scale]);
  return bias === "" ? scaled : writer.node("Add", [scaled, bias])[0];
}

function trailingAxes(call: Call): number[] {
  const rank = call.shape(0).length;
  return range(rank).slice(axisOf(call, call.attributes.int("axis", -1), rank));
}

const layerNormalizationEpsilon = 1e-5;

function layerNormalization(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const epsilon = call.attributes.float("epsilon", layerNormalizationEpsilon);
  const axes = trailingAxes(call);
  const { result, mean, inverse } = standardise(writer, inputs[0] ?? "", { axes, epsilon });
  return [scaleAndShift(writer, result, inputs[1] ?? "", inputs[2] ?? ""), mean, inverse];
}

function rmsNormalization(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const x = inputs[0] ?? "";
  const over = { axes: ints(trailingAxes(call)), keepdims: int(1) };
  const inverse = inverseRoot(writer, x, over, call.attributes.float("epsilon", 1e-5));
  return [scaleAndShift(writer, writer.node("Mul", [x, inverse])[0], inputs[1] ?? "", "")];
}

/** A per-channel vector as a tensor that broadcasts over [batch, channels, …]. */
function perChannel(writer: NodeWriter, name: string, rank: number): string {
  const shape = [-1, ...range(rank - 2).map(() => 1)];
  return writer.node("Reshape", [name, writer.constant([shape.length], shape, "int64")])[0];
}

function instanceNormalization(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const rank = call.shape(0).length;
  const epsilon = call.attributes.float("epsilon", 1e-5);
  const axes = range(rank).slice(2);
  const { result } = standardise(writer, inputs[0] ?? "", { axes, epsilon });
  const [scale = "", bias = ""] = [1, 2].map((i) => perChannel(writer, inputs[i] ?? "", rank));
  return [scaleAndShift(writer, result, scale, bias)];
}

function groupNormalization(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const shape = call.shape(0);
  const [batch = 1, channels = 1, ...spatial] = shape;
  const groups = call.attributes.int("num_groups", 1);
  const reshape = (name: string, to: readonly number[]): string =>
    writer.node("Reshape", [name, writer.constant([to.length], to, "int64")])[0];
  const rows = reshape(inputs[0] ?? "", [batch, groups, (channels / groups) * sizeOf(spatial)]);
  const epsilon = call.attributes.float("epsilon", 1e-5);
  const { result } = standardise(writer, rows, { axes: [2], epsilon });
  // Until opset 21 scale and bias are per group, from then on per channel.
  const isPerGroup = call.shape(1)[0] === groups && groups !== channels;
  const [scale = "", bias = ""] = [1, 2].map((i) =>
    isPerGroup
      ? reshape(inputs[i] ?? "", [groups, 1])
      : perChannel(writer, inputs[i] ?? "", shape.length),
  );
  if (isPerGroup) return [reshape(scaleAndShift(writer, result, scale, bias), shape)];
  return [scaleAndShift(writer, reshape(result, shape), scale, bias)];
}

function meanVarianceNormalization(
  ...[call, inputs, writer]: Parameters<Expand>
): readonly string[] {
  const axes = call.attributes.ints("axes") ?? [0, 2, 3];
  return [standardise(writer, inputs[0] ?? "", { axes, epsilon: 1e-9 }).result];
}

function lpNormalization(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const over = { axes: ints([call.attributes.int("axis", -1)]), keepdims: int(1) };
  const operator = call.attributes.int("p", 2) === 1 ? "ReduceL1" : "ReduceL2";
  const [norm] = writer.node(operator, [inputs[0] ?? ""], over);
  return writer.node("Div", [inputs[0] ?? "", norm]);
}

/** log Σ exp(x) = most + log Σ exp(x − most): nothing overflows. */
function logSumExp(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const x = inputs[0] ?? "";
  const rank = call.shape(0).length;
  const given = listOf(call, "axes", 1);
  const isNoop = call.attributes.int("noop_with_empty_axes", 0) === 1;
  if ((given === undefined || given.length === 0) && isNoop) return [x];
  const axes = given === undefined || given.length === 0 ? range(rank) : given;
  const result = stableLogSum(writer, x, axes);
  if (call.attributes.int("keepdims", 1) === 1) return [result];
  return writer.node("Squeeze", [result], { axes: ints(axes) });
}

function stableLogSum(writer: NodeWriter, x: string, axes: readonly number[]): string {
  const over = { axes: ints(axes), keepdims: int(1) };
  const [most] = writer.node("ReduceMax", [x], over);
  const powers = writer.node("Exp", writer.node("Sub", [x, most]));
  const sum = writer.node("ReduceSum", powers, over);
  return writer.node("Add", [most, writer.node("Log", sum)[0]])[0];
}

/** Many elements by few divisors: one reciprocal per divisor, one product per element. */
function divideByFewer(...[call, inputs, writer]: Parameters<Expand>): string[] | undefined {
  const isPrivate = !call.isConstant(0) && !call.isConstant(1);
  const isFewer = sizeOf(call.shape(1)) < sizeOf(call.shape(0));
  if (!isPrivate || !isFewer || !isFloat(call.elementType(0))) return undefined;
  const [inverse] = writer.node("Reciprocal", [inputs[1] ?? ""]);
  return [...writer.node("Mul", [inputs[0] ?? "", inverse])];
}

function logSoftmax(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const rank = call.shape(0).length;
  const isOld = call.opset < 13;
  const axis = axisOf(call, call.attributes.int("axis", isOld ? 1 : -1), rank);
  const axes = isOld ? range(rank).slice(axis) : [axis];
  const x = inputs[0] ?? "";
  return writer.node("Sub", [x, stableLogSum(writer, x, axes)]);
}

function hardmax(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const shape = call.shape(0);
  const isOld = call.opset < 13;
  const axis = axisOf(call, call.attributes.int("axis", isOld ? 1 : -1), shape.length);
  const reshape = (name: string, to: readonly number[]): string =>
    writer.node("Reshape", [name, writer.constant([to.length], to, "int64")])[0];
  const source = inputs[0] ?? "";
  const [rows, along] = isOld
    ? [reshape(source, [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]), 1]
    : [source, axis];
  const size = isOld ? sizeOf(shape.slice(axis)) : (shape[axis] ?? 1);
  const [index] = writer.node("ArgMax", [rows], { axis: int(along), keepdims: int(0) });
  const depth = writer.constant([], [size], "int64");
  const values = writer.constant([2], [0, 1]);
  const [result] = writer.node("OneHot", [index, depth, values], { axis: int(along) });
  return [reshape(result, shape)];
}
