import { mapTensor, zipTensors } from "../graph/elementwise.ts";
import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import { elementTypeOf, integerRange, isFloat, type ElementType } from "../onnx/elementType.ts";
import { rescaleTo } from "../quantize/emit.ts";
import { fromFixed, scaleLinear, type Fixed, type Linear } from "../quantize/linear.ts";
import { floorQuotient } from "./divide.ts";
import { invalidInput, unsupportedForm } from "./movement.ts";
import type { Family, Lowering } from "./operator.ts";
import { unary } from "./relu.ts";
import { spread } from "./spread.ts";

/** Rounding to whole numbers, type conversion, remainders. */
export const roundingFamily: Family = {
  Floor: { evaluate: unary(Math.floor), lower: (call) => [floorOf(call, call.input(0).linear)] },
  Ceil: {
    evaluate: unary(Math.ceil),
    lower: (call) => [scaleLinear(floorOf(call, scaleLinear(call.input(0).linear, -1)), -1)],
  },
  Round: { evaluate: unary(roundHalfToEven), lower: (call) => [roundOf(call)] },
  Cast: {
    evaluate: (call) => {
      const type = castType(call);
      return [mapTensor(call.constant(0), (x) => castValue(x, type), type)];
    },
    lower: (call) => [cast(call, castType(call))],
  },
  CastLike: {
    evaluate: (call) => {
      const type = call.elementType(1);
      return [mapTensor(call.constant(0), (x) => castValue(x, type), type)];
    },
    lower: (call) => [cast(call, call.elementType(1))],
  },
  Mod: {
    evaluate: (call) => {
      const isTruncated = call.attributes.int("fmod", 0) === 1;
      const tensors = [call.constant(0), call.constant(1)];
      const f = ([a = 0, b = 0]: readonly number[]): number =>
        isTruncated ? a % b : b === 0 ? 0 : a - b * Math.floor(a / b);
      return [zipTensors({ node: call.name, tensors, f, elementType: call.elementType(0) })];
    },
    lower: (call) => [remainder(call)],
  },
  BitShift: {
    evaluate: (call) => {
      const tensors = [call.constant(0), call.constant(1)];
      const isLeft = call.attributes.string("direction") === "LEFT";
      const f = ([a = 0, b = 0]: readonly number[]): number =>
        isLeft ? a * 2 ** b : Math.floor(a / 2 ** b);
      return [zipTensors({ node: call.name, tensors, f, elementType: call.elementType(0) })];
    },
    lower: (call) => [bitShift(call)],
  },
};

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The floor of every element, as whole numbers. */
function floorOf(call: Lowering, linear: Linear): Linear {
  const { range, elementType } = call.input(0);
  const fixed = exactly(call, { linear, range, elementType });
  return fromFixed({ value: floorFixed(call, fixed), fractionBits: 0 });
}

/** Finer than activations are, so that a whole number is not missed by a rounding. */
const WHOLE_GUARD = 4;

function exactly(call: Lowering, value: Parameters<Lowering["wide"]>[0]): Fixed {
  return call.wide(value, call.formatOf(value, call.activationBits + WHOLE_GUARD).fractionBits);
}

function floorFixed(call: Lowering, { value, fractionBits }: Fixed): Value {
  const { builder, name: label } = call;
  if (fractionBits <= 0)
    return builder.affine({ source: value, multipliers: 2 ** -fractionBits, label });
  // The rescale rounds half up; half a unit less makes that a floor.
  const offsets = -(2 ** (fractionBits - 1));
  const lowered = builder.affine({ source: value, offsets, label });
  return builder.rescale({ source: lowered, shift: fractionBits, label });
}

/** Half up, less 1 where x is a half above an even number. */
function roundOf(call: Lowering): Linear {
  const { builder, name: label } = call;
  const fixed = exactly(call, call.input(0));
  const { value, fractionBits } = fixed;
  if (fractionBits <= 0) return fromFixed(fixed);
  const up = builder.rescale({ source: value, shift: fractionBits, label });
  const half = builder.affine({ source: value, multipliers: 2, offsets: 2 ** fractionBits, label });
  const isHalf = builder.isZero({
    source: builder.add({
      a: half,
      b: builder.affine({ source: up, multipliers: -(2 ** (fractionBits + 1)), label }),
      label,
    }),
    label,
  });
  const halved = floorFixed(call, { value: up, fractionBits: 1 });
  const isOdd = builder.add({
    a: up,
    b: builder.affine({ source: halved, multipliers: -2, label }),
    label,
  });
  const down = builder.product({ a: isHalf, b: isOdd, label });
  const minus = builder.affine({ source: down, multipliers: -1, label });
  return fromFixed({ value: builder.add({ a: up, b: minus, label }), fractionBits: 0 });
}

function castType(call: Call): ElementType {
  const type = elementTypeOf(call.attributes.int("to", 0));
  if (type === undefined) {
    throw unsupportedForm(call, `type ${call.attributes.int("to", 0)}`, "numbers and booleans");
  }
  return type;
}

function castValue(x: number, type: ElementType): number {
  if (isFloat(type)) return x;
  if (type === "bool") return x === 0 ? 0 : 1;
  const limits = integerRange(type);
  const whole = Math.trunc(x) + 0;
  return limits === undefined ? whole : Math.min(limits.high, Math.max(limits.low, whole));
}

/** Floats are truncated towards zero; what the new type cannot hold saturates. */
function cast(call: Lowering, type: ElementType): Linear {
  const { builder, name: label } = call;
  const source = call.input(0);
  if (isFloat(type) || type === source.elementType) return source.linear;
  if (type === "bool") {
    if (source.elementType === "bool") return source.linear;
    const isZero = builder.isZero({ source: exactly(call, source).value, label });
    return scaleLinear(fromFixed({ value: isZero, fractionBits: 0 }), -1, 1);
  }
  const value = isFloat(source.elementType)
    ? truncate(call, exactly(call, source))
    : call.wide(source).value;
  const { low, high } = integerRange(type) ?? { low: -Infinity, high: Infinity };
  const limited = rescaleTo({ builder, value, shift: 0, low, high, label });
  return fromFixed({ value: limited, fractionBits: 0 });
}

function truncate(call: Lowering, fixed: Fixed): Value {
  const { builder, name: label } = call;
  const { value, fractionBits } = fixed;
  if (fractionBits <= 0 || value.low.every((low) => low >= 0)) return floorFixed(call, fixed);
  const negative = builder.isNegative({ source: value, label });
  const lift = builder.affine({ source: negative, multipliers: 2 ** fractionBits - 1, label });
  return floorFixed(call, { value: builder.add({ a: value, b: lift, label }), fractionBits });
}

/** x − d · floor(x / d) for a constant divisor; with fmod the quotient goes towards zero. */
function remainder(call: Lowering): Linear {
  if (!call.isConstant(1)) {
    throw unsupportedForm(call, "a divisor that depends on the request", "a constant divisor");
  }
  const { builder, name: label } = call;
  const shape = call.outputShape(0);
  const divisors = spread(call.input(1).linear, shape).offsets;
  if (divisors.some((divisor) => divisor === 0)) throw invalidInput(call, "division by 0");
  const source = call.input(0);
  const linear = spread(source.linear, shape);
  const { value, fractionBits } = exactly(call, { ...source, linear });
  const steps = divisors.map((divisor) => Math.round(Math.abs(divisor) * 2 ** fractionBits));
  if (steps.some((step) => step < 1)) {
    throw unsupportedForm(call, "a divisor below the precision", "a larger divisor");
  }
  const isTruncated = call.attributes.int("fmod", 0) === 1;
  const signs = divisors.map((divisor) => (divisor < 0 && !isTruncated ? -1 : 1));
  const signed = builder.affine({ source: value, multipliers: signs, label });
  const quotient = floorQuotient(call, signed, { steps, isTruncated });
  const minus = builder.affine({
    source: quotient,
    multipliers: steps.map((step) => -step),
    label,
  });
  const rest = builder.add({ a: signed, b: minus, label });
  return scaleLinear(fromFixed({ value: rest, fractionBits }), signs);
}

function bitShift(call: Lowering): Linear {
  if (!call.isConstant(1)) {
    throw unsupportedForm(call, "a private shift", "a constant shift");
  }
  const shape = call.outputShape(0);
  const shifts = spread(call.input(1).linear, shape).offsets;
  const source = spread(call.input(0).linear, shape);
  if (call.attributes.string("direction") === "LEFT") {
    return scaleLinear(
      source,
      shifts.map((bits) => 2 ** bits),
    );
  }
  const { builder, name: label } = call;
  const { value } = call.wide({ ...call.input(0), linear: source });
  const offsets = shifts.map((bits) => (bits === 0 ? 0 : -(2 ** (bits - 1))));
  const lowered = builder.affine({ source: value, offsets, label });
  return fromFixed({
    value: builder.rescale({ source: lowered, shift: shifts, label }),
    fractionBits: 0,
  });
}
