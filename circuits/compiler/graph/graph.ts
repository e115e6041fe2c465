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
  /** What a fused node computes of its one input, element by element. */
  readonly body?: FunctionBody;
}

/** Nodes in order from a node's input to its output, with constants that fit any shape. */
export interface FunctionBody {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
}

/** A model with fixed shapes: nodes in topological order over named constants and inputs. */
export interface Graph {
  readonly opset: number;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Node[];
}
