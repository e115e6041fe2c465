import { elementRange, type ElementType as PayloadType } from "../integer/elementType.ts";
import type { IntegerBuilder } from "../integer/integerBuilder.ts";
import type { Value } from "../integer/integerModel.ts";
import { isFloat } from "../onnx/elementType.ts";
import { emitNarrow, emitWide, rescaleTo } from "../quantize/emit.ts";
import { formatOf, widen } from "../quantize/format.ts";
import type { PayloadFormat } from "../quantize/inputFormat.ts";
import type { Linear } from "../quantize/linear.ts";
import type { Private } from "./operator.ts";

/** Bits beside the sign of a float output: a little finer than activations are. */
const OUTPUT_BITS = 13;
/** How far past the calibrated range an output may go before it saturates. */
const OUTPUT_MARGIN = 2;

export interface EmittedOutput extends PayloadFormat {
  readonly name: string;
  readonly value: Value;
}

/**
 * Emits a graph output: floats rounded to at most int16, integers and booleans as they are, in the
 * smallest type their interval fits, saturated.
 */
export function emitOutput({
  builder,
  name,
  output,
}: {
  readonly builder: IntegerBuilder;
  readonly name: string;
  readonly output: Private;
}): EmittedOutput {
  const { linear, elementType, range } = output;
  if (!isFloat(elementType)) {
    const { value } = emitWide({ builder, linear, precision: 0, label: name });
    const isFlag = elementType === "bool";
    const type = isFlag ? "uint8" : smallestType(value);
    const { low, high } = isFlag ? { low: 0, high: 1 } : elementRange(type);
    return {
      name,
      value: rescaleTo({ builder, value, shift: 0, low, high, label: name }),
      elementType: type,
      fractionBits: 0,
    };
  }
  const asItIs = plain(linear);
  if (asItIs !== undefined && fits(asItIs.value, "int16")) {
    const { value, fractionBits } = emitWide({
      builder,
      linear,
      precision: asItIs.fractionBits,
      label: name,
    });
    return { name, value, elementType: smallestType(value), fractionBits };
  }
  const format = formatOf(widen(range, OUTPUT_MARGIN), OUTPUT_BITS);
  const { value, fractionBits } = emitNarrow({ builder, linear, format, label: name });
  return { name, value, elementType: smallestType(value), fractionBits };
}

/** Integers that are the output already, at a power-of-two scale. */
function plain(
  linear: Linear,
): { readonly value: Value; readonly fractionBits: number } | undefined {
  const [core] = linear.cores;
  const bits = -Math.log2(linear.multipliers[0] ?? 1);
  const isPlain =
    linear.cores.length === 1 &&
    core?.kind === "integers" &&
    Number.isInteger(bits) &&
    bits >= 0 &&
    linear.multipliers.every((factor) => factor === 2 ** -bits) &&
    linear.offsets.every((offset) => offset === 0);
  return isPlain && core?.kind === "integers"
    ? { value: core.value, fractionBits: bits }
    : undefined;
}

const TYPES = ["uint8", "int8", "int16", "uint16", "int32", "int64"] as const;

function smallestType(value: Value): PayloadType {
  return TYPES.find((type) => fits(value, type)) ?? "int64";
}

function fits(value: Value, type: PayloadType): boolean {
  const { low, high } = elementRange(type);
  return value.low.every((each) => each >= low) && value.high.every((each) => each <= high);
}
