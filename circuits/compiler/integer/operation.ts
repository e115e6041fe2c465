import type { ElementType } from "./elementType.ts";
import type { HeaderOperation } from "./modelHeader.ts";

/** Index of the operation that makes a value. */
export type ValueId = number;

interface Labelled {
  /** Where the operation came from (the ONNX node's name); shown in errors and in the bill. */
  readonly label: string;
}

export interface InputOperation extends Labelled {
  readonly kind: "input";
  readonly name: string;
  readonly shape: readonly number[];
  readonly elementType: ElementType;
}

export interface ConstantOperation extends Labelled {
  readonly kind: "constant";
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** out[i] = concat(sources)[indices[i]]: every movement of data. */
export interface GatherOperation extends Labelled {
  readonly kind: "gather";
  readonly sources: readonly ValueId[];
  readonly shape: readonly number[];
  readonly indices: Float64Array;
}

/** out = multipliers · source + offsets, constants per element or one for all. */
export interface AffineOperation extends Labelled {
  readonly kind: "affine";
  readonly source: ValueId;
  readonly multipliers: Float64Array;
  readonly offsets: Float64Array;
}

export interface AddOperation extends Labelled {
  readonly kind: "add";
  readonly a: ValueId;
  readonly b: ValueId;
}

/** [M, K] · [K, N] + [N] with constant weights (row-major) and bias. */
export interface MatMulOperation extends Labelled {
  readonly kind: "matMul";
  readonly source: ValueId;
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

export interface ProductOperation extends Labelled {
  readonly kind: "product";
  readonly a: ValueId;
  readonly b: ValueId;
}

/** clamp(floor((x + 2^(shift−1)) / 2^shift), low, high); shift 0 does not round. Per element or one for all. */
export interface RescaleOperation extends Labelled {
  readonly kind: "rescale";
  readonly source: ValueId;
  readonly shifts: Float64Array;
  /** −Infinity where there is no lower bound. */
  readonly lows: Float64Array;
  /** Infinity where there is no upper bound. */
  readonly highs: Float64Array;
}

export interface IsNegativeOperation extends Labelled {
  readonly kind: "isNegative";
  readonly source: ValueId;
}

export interface IsZeroOperation extends Labelled {
  readonly kind: "isZero";
  readonly source: ValueId;
}

/** table[x − first]. */
export interface LookupOperation extends Labelled {
  readonly kind: "lookup";
  readonly source: ValueId;
  readonly first: number;
  readonly table: Float64Array;
}

/** floor(numerator / denominator), denominator > 0. */
export interface DivideOperation extends Labelled {
  readonly kind: "divide";
  readonly numerator: ValueId;
  readonly denominator: ValueId;
}

export type Operation =
  | InputOperation
  | ConstantOperation
  | GatherOperation
  | AffineOperation
  | AddOperation
  | MatMulOperation
  | ProductOperation
  | RescaleOperation
  | IsNegativeOperation
  | IsZeroOperation
  | LookupOperation
  | DivideOperation;

export type OperationKind = Operation["kind"];

/** The values an operation reads, in order; also of one whose constants are not read yet. */
export function sourcesOf(operation: Operation | HeaderOperation): readonly ValueId[] {
  switch (operation.kind) {
    case "input":
    case "constant":
      return [];
    case "gather":
      return operation.sources;
    case "add":
    case "product":
      return [operation.a, operation.b];
    case "divide":
      return [operation.numerator, operation.denominator];
    default:
      return [operation.source];
  }
}
