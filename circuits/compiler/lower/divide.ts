import { broadcastIndices } from "../graph/broadcast.ts";
import { broadcastData } from "../graph/elementwise.ts";
import type { Value } from "../integer/integerModel.ts";
import { isFloat } from "../onnx/elementType.ts";
import { rescaleTo } from "../quantize/emit.ts";
import type { Format } from "../quantize/format.ts";
import { fromFixed, scaleLinear, type Fixed, type Linear } from "../quantize/linear.ts";
import { refusal } from "../refusal.ts";
import { spread } from "./spread.ts";
import type { Lowering } from "./operator.ts";

/** More bits for a divisor than for other values: its relative error becomes the quotient's. */
const DIVISOR_GUARD = 4;

/** Integer division of ONNX: towards zero; by zero we say 0. */
export function quotient(a: number, b: number): number {
  return b === 0 ? 0 : Math.trunc(a / b) + 0;
}

/** a / b. Division by zero saturates to the largest value of a's sign; 0 / 0 is 0. */
export function divideLinear(call: Lowering): Linear {
  const isReal = isFloat(call.elementType(0));
  if (isReal && call.isConstant(1)) return divideByConstant(call);
  const shape = call.outputShape(0);
  const grow = (fixed: Fixed): Value =>
    call.builder.gather({
      sources: [fixed.value],
      shape,
      indices: broadcastIndices(fixed.value.shape, shape),
      label: call.name,
    });
  if (!isReal) {
    const a = grow(call.wide(call.input(0)));
    const b = grow(call.wide(call.input(1)));
    return fromFixed({ value: truncatedQuotient(call, a, b), fractionBits: 0 });
  }
  const a = call.narrow(call.input(0));
  const b = call.narrow(call.input(1), call.activationBits + DIVISOR_GUARD);
  return fromFixed(
    divideFixed({
      call,
      numerator: { ...a, value: grow(a) },
      denominator: { ...b, value: grow(b) },
      format: call.outputFormat(0),
    }),
  );
}

function divideByConstant(call: Lowering): Linear {
  const shape = call.outputShape(0);
  const factors = broadcastData(call.constant(1), shape).map((value) => 1 / value);
  if (!factors.every(Number.isFinite)) throw refusal("WeightNotFinite", { node: call.name });
  return scaleLinear(spread(call.input(0).linear, shape), factors);
}

/** Rounded quotient of reals, saturated to a format. */
function divideFixed({
  call,
  numerator,
  denominator,
  format,
}: {
  readonly call: Lowering;
  readonly numerator: Fixed;
  readonly denominator: Fixed;
  readonly format: Format;
}): Fixed {
  const { builder, name: label } = call;
  const shift = format.fractionBits + denominator.fractionBits - numerator.fractionBits;
  const scaled = (source: Value, bits: number): Value =>
    bits <= 0 ? source : builder.affine({ source, multipliers: 2 ** bits, label });
  const { sign, magnitude } = magnitudeOf(call, scaled(denominator.value, -shift));
  const signed =
    sign === undefined ? numerator.value : builder.product({ a: numerator.value, b: sign, label });
  // floor((2n + d) / 2d) rounds half up.
  const value = builder.divide({
    numerator: builder.add({ a: scaled(signed, Math.max(0, shift) + 1), b: magnitude, label }),
    denominator: builder.affine({ source: magnitude, multipliers: 2, label }),
    label,
  });
  const { low, high, fractionBits } = format;
  return { value: rescaleTo({ builder, value, shift: 0, low, high, label }), fractionBits };
}

/** |x|, at least 1, and the sign of x as ±1; no sign where x is always positive. */
function magnitudeOf(
  call: Lowering,
  source: Value,
): { readonly sign?: Value; readonly magnitude: Value } {
  const { builder, name: label } = call;
  if (source.low.every((low) => low >= 1)) return { magnitude: source };
  if (source.low.every((low) => low >= 0)) {
    return { magnitude: builder.rescale({ source, shift: 0, low: 1, label }) };
  }
  const negative = builder.isNegative({ source, label });
  const sign = builder.affine({ source: negative, multipliers: -2, offsets: 1, label });
  const product = builder.product({ a: sign, b: source, label });
  return { sign, magnitude: builder.rescale({ source: product, shift: 0, low: 1, label }) };
}

function truncatedQuotient(call: Lowering, a: Value, b: Value): Value {
  const { builder, name: label } = call;
  const { sign, magnitude } = magnitudeOf(call, b);
  const signed = sign === undefined ? a : builder.product({ a, b: sign, label });
  if (signed.low.every((low) => low >= 0)) {
    return builder.divide({ numerator: signed, denominator: magnitude, label });
  }
  // Towards zero is floor after adding d − 1 to what is negative.
  const negative = builder.isNegative({ source: signed, label });
  const lift = builder.product({
    a: negative,
    b: builder.affine({ source: magnitude, offsets: -1, label }),
    label,
  });
  const numerator = builder.add({ a: signed, b: lift, label });
  return builder.divide({ numerator, denominator: magnitude, label });
}

/** floor(x / step), or towards zero, for constant steps ≥ 1. */
export function floorQuotient(
  call: Lowering,
  source: Value,
  { steps, isTruncated }: { readonly steps: Float64Array; readonly isTruncated: boolean },
): Value {
  const { builder, name: label } = call;
  const denominator = builder.constant({ shape: source.shape, values: steps, label });
  return isTruncated
    ? truncatedQuotient(call, source, denominator)
    : builder.divide({ numerator: source, denominator, label });
}
