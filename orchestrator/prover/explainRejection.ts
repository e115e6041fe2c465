import type { IntegerModel } from "../../circuits/compiler/integer/integerModel.ts";
import { buildCircuit } from "../../circuits/compiler/r1cs/buildCircuit.ts";
import type { WireValues } from "../../circuits/compiler/r1cs/wireValues.ts";
import { findUnsatisfiedRow } from "../../circuits/compiler/witness/findUnsatisfiedRow.ts";
import { OrchestratorError } from "../domain/errors.ts";

/**
 * Runs a proof, and if it comes out wrong looks whether the witness is at fault: the model's circuit
 * is made anew and every row tried, which takes about as long as a proof.
 * @throws OrchestratorError WitnessWrong with the first row that is broken in `data.row`; else what
 *   the proof throws, `data.witness` saying that no row is
 */
export async function explained<Proof>(
  model: IntegerModel,
  values: WireValues,
  prove: () => Promise<Proof>,
): Promise<Proof> {
  try {
    return await prove();
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== "ProofRejected") throw error;
    const broken = findUnsatisfiedRow(buildCircuit(model).rows(), values);
    if (broken !== undefined) {
      const data = { row: broken.index, native: error.data["native"] };
      throw new OrchestratorError("WitnessWrong", { data, cause: error });
    }
    const data = { ...error.data, witness: "breaks no row: the key is damaged or another's" };
    throw new OrchestratorError("ProofRejected", { data, cause: error });
  }
}
