import type { Attributes } from "../onnx/attribute.ts";
import type { ElementType } from "../onnx/elementType.ts";
import type { Tensor } from "../onnx/tensor.ts";

/**
 * One node with what is known about its inputs: shapes and types always, values only where they
 * are constant. While floats are evaluated, every value counts as constant.
 */
export interface Call {
  readonly name: string;
  readonly operator: string;
  readonly opset: number;
  readonly attributes: Attributes;
  readonly inputCount: number;
  readonly outputCount: number;
  /** True if the optional input is given. */
  has(index: number): boolean;
  shape(index: number): readonly number[];
  elementType(index: number): ElementType;
  /** True if the input's values do not depend on the request. */
  isConstant(index: number): boolean;
  /** @throws CompilerError ShapePrivate if the input's values depend on the request */
  constant(index: number): Tensor;
}

/** Float semantics of an operator by the ONNX specification. */
export type Evaluate = (call: Call, inputs: readonly (Tensor | undefined)[]) => readonly Tensor[];

/** Finds the float semantics of an operator; throws OperatorUnknown, naming the node. */
export type FindEvaluate = (operator: string, node: string) => Evaluate;
