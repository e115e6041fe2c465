import { broadcastData, mapTensor, zipTensors } from "../graph/elementwise.ts";
import type { Call, Evaluate } from "../graph/call.ts";
import { emitNarrow, rescaleTo } from "../quantize/emit.ts";
import { fromFixed, scaleLinear, type Linear } from "../quantize/linear.ts";
import { exactBits } from "../quantize/precision.ts";
import { spread } from "./spread.ts";
import { unsupportedForm } from "./movement.ts";
import type { Family, Lowering } from "./operator.ts";
import { addAll } from "./sumOfPrivates.ts";

/** Piecewise linear functions of one variable: a sign, a clamp, or both. */
export const reluFamily: Family = {
  Relu: {
    evaluate: unary((x) => Math.max(x, 0)),
    lower: (call) => [clampInput(call, 0, Infinity)],
  },
  Clip: {
    evaluate: (call, inputs) => {
      const { low, high } = clipBounds(call);
      return unary((x) => Math.min(Math.max(x, low), high))(call, inputs);
    },
    lower: (call) => {
      const { low, high } = clipBounds(call);
      return [clampInput(call, low, high)];
    },
  },
  LeakyRelu: {
    evaluate: (call, inputs) => {
      const alpha = leakOf(call);
      return unary((x) => (x < 0 ? alpha * x : x))(call, inputs);
    },
    lower: (call) => [leaky(call, leakOf(call))],
  },
  PRelu: {
    evaluate: (call) => [
      zipTensors({
        node: call.name,
        tensors: [call.constant(0), call.constant(1)],
        f: ([x = 0, slope = 0]) => (x < 0 ? slope * x : x),
        elementType: call.elementType(0),
      }),
    ],
    lower: (call) => {
      if (!call.isConstant(1)) throw unsupportedForm(call, "a private slope", "a constant slope");
      return [leaky(call, broadcastData(call.constant(1), call.outputShape(0)))];
    },
  },
  ThresholdedRelu: {
    evaluate: (call, inputs) => {
      const alpha = call.attributes.float("alpha", 1);
      return unary((x) => (x > alpha ? x : 0))(call, inputs);
    },
    lower: (call) => [thresholded(call)],
  },
  Abs: { evaluate: unary(Math.abs), lower: (call) => [leaky(call, -1)] },
  Sign: { evaluate: unary(Math.sign), lower: (call) => [sign(call)] },
  HardSigmoid: {
    evaluate: (call, inputs) => unary(hardSigmoid(call))(call, inputs),
    lower: (call) => [clampedLine(call, hardLine(call))],
  },
};

/** An operator on floats by a function of one number. */
export function unary(f: (x: number) => number): Evaluate {
  return (call) => [mapTensor(call.constant(0), (x) => f(x) + 0)];
}

/** min(max(x, low), high), rounded to the output's format in the same step. */
function clampInput(call: Lowering, low: number, high: number): Linear {
  return clampLinear(call, call.input(0).linear, { low, high });
}

function clampLinear(
  call: Lowering,
  linear: Linear,
  { low, high }: { readonly low: number; readonly high: number },
): Linear {
  const format = call.outputFormat(0);
  const finite = [low, high].filter(Number.isFinite);
  const atLeast = exactBits([finite], Math.max(0, format.fractionBits));
  const scale = 2 ** format.fractionBits;
  const bound = (value: number): number =>
    Number.isFinite(value) ? Math.floor(value * scale + 0.5) + 0 : value;
  const most = high === Infinity ? Math.max(format.high, bound(low)) : bound(high);
  const least = low === -Infinity ? Math.min(format.low, most) : bound(low);
  const narrowed = {
    fractionBits: format.fractionBits,
    low: Math.min(Math.max(least, Math.min(format.low, most)), most),
    high: Math.min(most, Math.max(format.high, least)),
  };
  const { builder, name: label } = call;
  return fromFixed(emitNarrow({ builder, linear, label, format: narrowed, atLeast }));
}

function clipBounds(call: Call): { readonly low: number; readonly high: number } {
  const low = call.has(1) ? call.constant(1).data[0] : call.attributes.float("min");
  const high = call.has(2) ? call.constant(2).data[0] : call.attributes.float("max");
  return { low: low ?? -Infinity, high: high ?? Infinity };
}

function leakOf(call: Call): number {
  return call.attributes.float("alpha", 0.01);
}

/** x where x ≥ 0, slope · x elsewhere: slope · x + (1 − slope) · relu(x). */
function leaky(call: Lowering, slopes: Float64Array | number): Linear {
  const { builder, name: label } = call;
  const source = call.input(0);
  const fixed = call.narrow(source);
  const positive = rescaleTo({
    builder,
    value: fixed.value,
    shift: 0,
    low: 0,
    high: Infinity,
    label,
  });
  const rest = typeof slopes === "number" ? 1 - slopes : slopes.map((slope) => 1 - slope);
  const shape = call.outputShape(0);
  return addAll(call, [
    { linear: scaleLinear(spread(fromFixed(fixed), shape), slopes), factor: 1 },
    {
      linear: scaleLinear(spread(fromFixed({ ...fixed, value: positive }), shape), rest),
      factor: 1,
    },
  ]);
}

function thresholded(call: Lowering): Linear {
  const { builder, name: label } = call;
  const alpha = call.attributes.float("alpha", 1);
  const { value, fractionBits } = call.narrow(call.input(0));
  const limit = Math.floor(alpha * 2 ** fractionBits);
  const minus = builder.affine({ source: value, multipliers: -1, offsets: limit, label });
  const isAbove = builder.isNegative({ source: minus, label });
  return fromFixed({ value: builder.product({ a: isAbove, b: value, label }), fractionBits });
}

function sign(call: Lowering): Linear {
  const { builder, name: label } = call;
  const { value } = call.wide(
    call.input(0),
    call.formatOf(call.input(0), call.activationBits + 4).fractionBits,
  );
  const minus = builder.affine({ source: value, multipliers: -1, label });
  const isAbove = builder.isNegative({ source: minus, label });
  const isBelow = builder.isNegative({ source: value, label });
  const below = builder.affine({ source: isBelow, multipliers: -1, label });
  return fromFixed({ value: builder.add({ a: isAbove, b: below, label }), fractionBits: 0 });
}

interface Line {
  readonly slope: number;
  readonly offset: number;
}

function hardLine(call: Call): Line {
  const slope = call.attributes.float("alpha", 0.2);
  return { slope, offset: call.attributes.float("beta", 0.5) };
}

function hardSigmoid(call: Call): (x: number) => number {
  const { slope, offset } = hardLine(call);
  return (x) => Math.min(1, Math.max(0, slope * x + offset));
}

/** A line clamped to 0…1. */
function clampedLine(call: Lowering, { slope, offset }: Line): Linear {
  const line = scaleLinear(call.input(0).linear, slope, offset);
  return clampLinear(call, line, { low: 0, high: 1 });
}
