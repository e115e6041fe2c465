import type { Attributes } from "../onnx/attribute.ts";
import type { ElementType } from "../onnx/elementType.ts";
import type { Tensor } from "../onnx/tensor.ts";

/** A graph input with every dimension fixed. */
export interface GraphInput {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: readonly number[];
}

export interface Node {
  readonly name: string;
  readonly operator: string;
  /** The empty string where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A model with fixed shapes: nodes in topological order over named constants and inputs. */
export interface Graph {
  readonly opset: number;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
}
