import { CompilerError } from "../../circuits/compiler/compilerError.ts";
import type { IntegerModel } from "../../circuits/compiler/integer/integerModel.ts";
import {
  type Witness,
  calculateWitness,
} from "../../circuits/compiler/witness/calculateWitness.ts";
import { encodeWtns } from "../../circuits/compiler/witness/writeWtns.ts";
import { challenge } from "../../sdk/protocol/publicSignals.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ProofWatch } from "../domain/ports.ts";
import type { BackendChoice } from "./backendChoice.ts";
import { explained } from "./explainRejection.ts";
import type { ProcessAnswer, ProverRequest } from "./proverMessages.ts";
import type { WarmRelease } from "./warmRelease.ts";

/**
 * Witness and proof of a loaded release, bound to the request and the payee.
 * @throws OrchestratorError InputInvalid, ProvingFailed, ProofRejected, WitnessWrong
 */
export async function proveRelease(
  { backends, files }: { readonly backends: BackendChoice; readonly files: WarmRelease },
  request: Extract<ProverRequest, { kind: "prove" }>,
  watch: ProofWatch,
): Promise<ProcessAnswer> {
  const { requestId, payee, release } = request;
  watch.onPhase?.("witness");
  const begin = performance.now();
  const witness = witnessOf(files.model, request.input, (claim) =>
    challenge({ requestId, payee, ...claim }),
  );
  const wtns = encodeWtns(witness.values);
  const start = performance.now();
  const proven = await explained(files.model, witness.values, () =>
    backends.prove({ release, files, wtns, watch }),
  );
  const proveMs = performance.now() - start;
  const expected = [witness.commitment, witness.evaluation, witness.challenge];
  // The backend has verified the proof, for the signals it read from the witness.
  if (!expected.every((signal, index) => proven.publicSignals[index] === signal))
    throw new OrchestratorError("ProofRejected", { data: { release } });
  const { output, commitment } = witness;
  const { proof, backend, quarantined } = proven;
  const phases = { witness: start - begin, ...proven.phases };
  return { output, commitment, proof, proveMs, making: { backend, phases, quarantined } };
}

function witnessOf(
  model: IntegerModel,
  input: Uint8Array,
  challengeOf: Parameters<typeof calculateWitness>[0]["challengeOf"],
): Witness {
  try {
    return calculateWitness({ model, input, challengeOf });
  } catch (cause) {
    if (!(cause instanceof CompilerError) || cause.code !== "PayloadLengthWrong") throw cause;
    throw new OrchestratorError("InputInvalid", { data: cause.data, cause });
  }
}
