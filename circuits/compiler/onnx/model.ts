import type { Attributes } from "./attribute.ts";
import type { ElementType } from "./elementType.ts";
import type { Tensor } from "./tensor.ts";

/** A graph input or output as declared. A symbolic or missing dimension is a string or null. */
export type ValueInfo = {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dimensions: readonly (number | string | null)[] | undefined;
};

/** One operator call. An optional input left out is the empty string. */
export type OnnxNode = {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
};

/** A model file that has passed every check of the reader; nodes stand in topological order. */
export type OnnxModel = {
  readonly opset: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly OnnxNode[];
};
