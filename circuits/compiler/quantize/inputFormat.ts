import { elementRange, type ElementType as PayloadType } from "../integer/elementType.ts";
import type { GraphInput } from "../graph/graph.ts";
import { integerRange, isFloat } from "../onnx/elementType.ts";
import { refusal } from "../refusal.ts";
import type { Range } from "./format.ts";

/** How a tensor stands in a payload: real = integer / 2^fractionBits. */
export interface PayloadFormat {
  readonly elementType: PayloadType;
  readonly fractionBits: number;
}

/** How an input enters the model; saturated to low…high where its type allows more. */
export interface InputFormat extends PayloadFormat {
  readonly low: number;
  readonly high: number;
}

/** Values of 64-bit inputs beyond this saturate: products of two still fit the interpreter. */
const WIDE_INTEGER = 2 ** 24;

/**
 * The payload format of a graph input: what the publisher states, else by its type. Floats become
 * int16 with at least twice the room the samples take, booleans uint8, integers their own type.
 * @throws CompilerError OptionInvalid
 */
export function inputFormatOf(
  input: GraphInput,
  range: Range,
  stated: PayloadFormat | undefined,
): InputFormat {
  if (stated !== undefined) return statedFormat(input, stated);
  if (isFloat(input.elementType)) {
    const magnitude = Math.max(Math.abs(range.low), Math.abs(range.high));
    const bits = Math.ceil(Math.log2(magnitude > 0 ? magnitude : 1));
    return { elementType: "int16", fractionBits: 14 - bits, ...elementRange("int16") };
  }
  if (input.elementType === "bool") {
    return { elementType: "uint8", fractionBits: 0, low: 0, high: 1 };
  }
  const elementType = input.elementType as PayloadType;
  const { low, high } = elementRange(elementType);
  return {
    elementType,
    fractionBits: 0,
    low: Math.max(low, -WIDE_INTEGER),
    high: Math.min(high, WIDE_INTEGER),
  };
}

function statedFormat(input: GraphInput, stated: PayloadFormat): InputFormat {
  const { fractionBits, elementType } = stated;
  const isWhole = !isFloat(input.elementType);
  if (
    !Number.isInteger(fractionBits) ||
    Math.abs(fractionBits) > 40 ||
    (isWhole && fractionBits !== 0)
  ) {
    throw refusal("OptionInvalid", {
      input: input.name,
      option: "fractionBits",
      value: fractionBits,
    });
  }
  const own = elementRange(elementType);
  const allowed = integerRange(input.elementType) ?? own;
  return {
    ...stated,
    low: Math.max(own.low, allowed.low),
    high: Math.min(own.high, allowed.high),
  };
}
