import type { Operation, OperationKind } from "./operation.ts";
import { add } from "./primitives/add.ts";
import { affine } from "./primitives/affine.ts";
import { constant } from "./primitives/constant.ts";
import { divide } from "./primitives/divide.ts";
import { gather } from "./primitives/gather.ts";
import { input } from "./primitives/input.ts";
import { isNegative } from "./primitives/isNegative.ts";
import { isZero } from "./primitives/isZero.ts";
import { lookup } from "./primitives/lookup.ts";
import { matMul } from "./primitives/matMul.ts";
import type { Bounds, Primitive } from "./primitives/primitive.ts";
import { product } from "./primitives/product.ts";
import { rescale } from "./primitives/rescale.ts";

type Primitives = {
  readonly [K in OperationKind]: Primitive<Extract<Operation, { readonly kind: K }>>;
};

const PRIMITIVES: Primitives = {
  input,
  constant,
  gather,
  affine,
  add,
  matMul,
  product,
  rescale,
  isNegative,
  isZero,
  lookup,
  divide,
};

/** Shape and interval of an operation's result. */
export function inferBounds(operation: Operation, sources: readonly Bounds[]): Bounds {
  return primitiveOf(operation).infer(operation, sources);
}

/** Elements of an operation's result. */
export function interpretOperation(
  operation: Operation,
  sources: readonly Float64Array[],
): Float64Array {
  return primitiveOf(operation).interpret(operation, sources);
}

// The table above pairs each kind with its own primitive; TypeScript cannot carry that through an index.
function primitiveOf(operation: Operation): Primitive<Operation> {
  return PRIMITIVES[operation.kind] as Primitive<Operation>;
}
