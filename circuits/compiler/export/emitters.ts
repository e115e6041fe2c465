import type { Operation, OperationKind } from "../integer/operation.ts";
import type { Emitter } from "./emitter.ts";
import { add } from "./emitters/add.ts";
import { affine } from "./emitters/affine.ts";
import { constant } from "./emitters/constant.ts";
import { divide } from "./emitters/divide.ts";
import { gather } from "./emitters/gather.ts";
import { isNegative } from "./emitters/isNegative.ts";
import { isZero } from "./emitters/isZero.ts";
import { lookup } from "./emitters/lookup.ts";
import { matMul } from "./emitters/matMul.ts";
import { product } from "./emitters/product.ts";
import { rescale } from "./emitters/rescale.ts";

type Emitters = {
  readonly [K in Exclude<OperationKind, "input">]: Emitter<
    Extract<Operation, { readonly kind: K }>
  >;
};

const EMITTERS: Emitters = {
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

// The table pairs each kind with its own emitter; TypeScript cannot carry that through an index.
export function emitterOf(kind: Exclude<OperationKind, "input">): Emitter<Operation> {
  return EMITTERS[kind] as Emitter<Operation>;
}
