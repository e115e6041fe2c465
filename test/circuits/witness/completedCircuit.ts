import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";
import { buildCircuit } from "../../../circuits/compiler/r1cs/buildCircuit.ts";
import type { Row } from "../../../circuits/compiler/r1cs/combination.ts";
import type { Witness } from "../../../circuits/compiler/witness/calculateWitness.ts";
import { calculateWitness } from "../../../circuits/compiler/witness/calculateWitness.ts";
import { challenge } from "../../../sdk/protocol/publicSignals.ts";

export const BINDING = { requestId: 2n ** 255n + 1n, payee: 7n } as const;

/** A model's rows with a witness for one input. */
export function completedCircuit(
  model: IntegerModel,
  input: Uint8Array,
): { readonly rows: readonly Row[]; readonly witness: Witness } {
  const witness = calculateWitness({
    model,
    input,
    challengeOf: (claim) => challenge({ ...BINDING, ...claim }),
  });
  return { rows: [...buildCircuit(model).rows()], witness };
}
