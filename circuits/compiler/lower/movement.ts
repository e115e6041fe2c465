import type { Call } from "../graph/call.ts";
import { sizeOf, type Tensor } from "../onnx/tensor.ts";
import { moveLinear } from "../quantize/linear.ts";
import { refusal } from "../refusal.ts";
import type { Operator } from "./operator.ts";

/** out[i] = concat(data inputs)[indices[i]]; index −1 takes `fill`. */
export interface Movement {
  readonly shape: readonly number[];
  readonly indices: ArrayLike<number>;
  readonly fill?: number;
}

/**
 * An operator that only moves data, on floats and in the circuit by the same indices.
 * @param data how many of the first inputs are data; the others must be constant
 */
export function movementOperator(
  data: number | "all",
  move: (call: Call) => readonly Movement[],
): Operator {
  const count = (call: Call): number => (data === "all" ? call.inputCount : data);
  return {
    evaluate: (call) => {
      const sources = range(count(call)).map((index) => call.constant(index));
      return move(call).map((movement) => moveTensor(sources, movement));
    },
    lower: (call) => {
      const sources = range(count(call)).map((index) => call.input(index).linear);
      return move(call).map((movement) => moveLinear({ sources, ...movement }));
    },
  };
}

function moveTensor(sources: readonly Tensor[], { shape, indices, fill = 0 }: Movement): Tensor {
  const joined = new Float64Array(sources.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of sources) {
    joined.set(data, at);
    at += data.length;
  }
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const index = indices[i] ?? -1;
    data[i] = index < 0 ? fill : (joined[index] ?? 0);
  }
  return { elementType: sources[0]?.elementType ?? "float32", shape, data };
}

export function range(count: number): number[] {
  return Array.from({ length: sizeOf([count]) }, (_, i) => i);
}

/** Indices that leave everything where it is. */
export function inPlace(shape: readonly number[]): Int32Array {
  return Int32Array.from({ length: sizeOf(shape) }, (_, i) => i);
}

/**
 * An axis counted from the front.
 * @throws CompilerError AttributeInvalid
 */
export function axisOf(call: Call, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(positive) && positive >= 0 && positive < Math.max(1, rank)) return positive;
  throw refusal("AttributeInvalid", { node: call.name, attribute: "axis", value: axis, rank });
}

/** A list that older opsets give as attribute and newer ones as constant input. */
export function listOf(call: Call, attribute: string, input: number): number[] | undefined {
  const attributes = call.attributes.ints(attribute);
  if (attributes !== undefined) return [...attributes];
  return call.has(input) ? [...call.constant(input).data] : undefined;
}

/** Refuses a form of an operator that ONNX allows and we do not prove. */
export function unsupportedForm(call: Call, found: string, nearest: string): Error {
  return refusal("OperatorForm", {
    node: call.name,
    operator: call.operator,
    found,
    nearest,
  });
}

/** Refuses inputs or attributes that the ONNX specification does not allow. */
export function invalidInput(call: Call, cause: string): Error {
  return refusal("InputInvalid", { node: call.name, operator: call.operator, cause });
}
