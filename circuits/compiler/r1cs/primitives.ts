import type { Operation, OperationKind } from "../integer/operation.ts";
import type { CircuitElement } from "./circuitElement.ts";
import { add } from "./primitives/add.ts";
import { affine } from "./primitives/affine.ts";
import { divide } from "./primitives/divide.ts";
import { gather } from "./primitives/gather.ts";
import type { InstantiationContext, Instantiator } from "./primitives/instantiator.ts";
import { isNegative } from "./primitives/isNegative.ts";
import { isZero } from "./primitives/isZero.ts";
import { lookup } from "./primitives/lookup.ts";
import { matMul } from "./primitives/matMul.ts";
import { product } from "./primitives/product.ts";
import { rescale } from "./primitives/rescale.ts";

/** Inputs come from the payload and constants from their intervals; neither has a constraint here. */
export type ComputedOperation = Exclude<Operation, { readonly kind: "input" | "constant" }>;

type Instantiators = {
  readonly [K in Exclude<OperationKind, "input" | "constant">]: Instantiator<
    Extract<Operation, { readonly kind: K }>
  >;
};

const INSTANTIATORS: Instantiators = {
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

/** Constraints of one operation, element by element. */
export function instantiateOperation(
  context: InstantiationContext<ComputedOperation>,
): (index: number) => CircuitElement {
  // The table pairs each kind with its own instantiator; TypeScript cannot carry that through an index.
  const instantiator = INSTANTIATORS[context.operation.kind] as Instantiator<ComputedOperation>;
  return instantiator(context);
}
