import type { Call } from "../graph/call.ts";
import type { Expand, NodeWriter } from "../graph/expandGraph.ts";
import type { Attribute } from "../onnx/attribute.ts";
import { dataTypeOf, integerRange, type ElementType } from "../onnx/elementType.ts";
import { axisOf, range, unsupportedForm } from "./movement.ts";
import type { CompositeFamily } from "./operator.ts";

/** Operators of models that were quantized before they came here, and two kinds of pooling. */
export const quantizedFamily: CompositeFamily = {
  QuantizeLinear: (call, inputs, writer) => [quantize(call, inputs, writer)],
  DequantizeLinear: (call, inputs, writer) => [dequantize(call, inputs, writer)],
  MatMulInteger: integerProduct("MatMul"),
  ConvInteger: integerProduct("Conv"),
  LpPool: lpPool,
  GlobalLpPool: globalLpPool,
};

const int = (value: number): Attribute => ({ kind: "int", value });

/** A per-axis scale or zero point as a tensor that broadcasts over the input. */
function along(call: Call, name: string, index: number, writer: NodeWriter): string {
  const rank = call.shape(0).length;
  const length = call.shape(index)[0] ?? 1;
  if (call.attributes.int("block_size", 0) !== 0) {
    throw unsupportedForm(call, "blocks", "one scale per tensor or per axis");
  }
  if (call.shape(index).length === 0 || length === 1) return name;
  const axis = axisOf(call, call.attributes.int("axis", 1), rank);
  const shape = range(rank).map((at) => (at === axis ? length : 1));
  return writer.node("Reshape", [name, writer.constant([rank], shape, "int64")])[0];
}

function quantize(...[call, inputs, writer]: Parameters<Expand>): string {
  const type: ElementType = call.has(2) ? call.elementType(2) : "uint8";
  const limits = integerRange(type);
  if (limits === undefined) throw unsupportedForm(call, `type ${type}`, "8- and 16-bit integers");
  const scale = along(call, inputs[1] ?? "", 1, writer);
  const rounded = writer.node("Round", writer.node("Div", [inputs[0] ?? "", scale]));
  const shifted = call.has(2)
    ? writer.node("Add", [
        rounded[0],
        asType(writer, along(call, inputs[2] ?? "", 2, writer), "float32"),
      ])
    : rounded;
  const clipped = writer.node("Clip", [
    shifted[0],
    writer.constant([], [limits.low]),
    writer.constant([], [limits.high]),
  ]);
  return asType(writer, clipped[0], type);
}

function dequantize(...[call, inputs, writer]: Parameters<Expand>): string {
  const real = asType(writer, inputs[0] ?? "", "float32");
  const centred = call.has(2)
    ? writer.node("Sub", [
        real,
        asType(writer, along(call, inputs[2] ?? "", 2, writer), "float32"),
      ])[0]
    : real;
  return writer.node("Mul", [centred, along(call, inputs[1] ?? "", 1, writer)])[0];
}

function asType(writer: NodeWriter, name: string, type: ElementType): string {
  return writer.node("Cast", [name], { to: int(dataTypeOf(type)) })[0];
}

/** (a − zero point of a) · (b − zero point of b) on int32. */
function integerProduct(operator: "MatMul" | "Conv"): Expand {
  return (call, inputs, writer) => {
    const factors = [0, 1].map((i) => {
      const wide = asType(writer, inputs[i] ?? "", "int32");
      if (!call.has(i + 2)) return wide;
      if (call.shape(i + 2).length > 0 && call.shape(i + 2)[0] !== 1) {
        throw unsupportedForm(call, "a zero point per row", "one zero point per tensor");
      }
      return writer.node("Sub", [wide, asType(writer, inputs[i + 2] ?? "", "int32")])[0];
    });
    const names = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"];
    const attributes = operator === "Conv" ? copied(call, names) : {};
    return writer.node(operator, factors, attributes);
  };
}

function copied(call: Call, names: readonly string[]): Record<string, Attribute> {
  const result: Record<string, Attribute> = {};
  for (const name of names) {
    if (!call.attributes.has(name)) continue;
    if (name === "auto_pad") {
      result[name] = { kind: "string", value: call.attributes.string(name, "NOTSET") };
    } else if (name === "group" || name === "count_include_pad") {
      result[name] = int(call.attributes.int(name, 1));
    } else {
      result[name] = { kind: "ints", value: call.attributes.ints(name) ?? [] };
    }
  }
  return result;
}

/** (Σ|x|^p)^(1/p) over windows: a mean of all places, padding included, times their number. */
function lpPool(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const p = call.attributes.int("p", 2);
  if (p !== 1 && p !== 2) throw unsupportedForm(call, `p ${p}`, "p 1 or 2");
  if (call.attributes.int("ceil_mode", 0) === 1) {
    throw unsupportedForm(call, "ceil_mode", "windows that fit");
  }
  const x = inputs[0] ?? "";
  const [powers] = p === 1 ? writer.node("Abs", [x]) : writer.node("Mul", [x, x]);
  const names = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];
  const attributes = { ...copied(call, names), count_include_pad: int(1) };
  const [mean] = writer.node("AveragePool", [powers], attributes);
  const count = (call.attributes.ints("kernel_shape") ?? []).reduce((a, b) => a * b, 1);
  const sum = writer.node("Mul", [mean, writer.constant([], [count])]);
  return p === 1 ? sum : writer.node("Sqrt", sum);
}

function globalLpPool(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const p = call.attributes.int("p", 2);
  if (p !== 1 && p !== 2) throw unsupportedForm(call, `p ${p}`, "p 1 or 2");
  const axes = range(call.shape(0).length).slice(2);
  const over: Record<string, Attribute> = { axes: { kind: "ints", value: axes }, keepdims: int(1) };
  return writer.node(p === 1 ? "ReduceL1" : "ReduceL2", [inputs[0] ?? ""], over);
}
