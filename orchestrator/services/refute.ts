import { overturnCommitment } from "../../sdk/protocol/overturn.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { JobOutcome, Journal } from "../domain/nodePorts.ts";
import { overturnSalt } from "../domain/overturnSalt.ts";
import type { Hex, Logger } from "../domain/ports.ts";
import { observeProof, type ProofMetrics } from "./proofMetrics.ts";

export interface RefuteDependencies {
  readonly journal: Journal;
  readonly logger: Logger;
  readonly metrics: ProofMetrics;
  /** Who overturns: payee of the proof. */
  readonly sender: Hex;
  /** What hides this node's commitments. */
  readonly secret: string;
}

/**
 * Journals the proof that a standing answer is wrong. It must be of the output that this node
 * computed, twice, or one of its machines is broken and nothing is said against anybody.
 */
export function acceptRefutation(
  { journal, logger, metrics, sender, secret }: RefuteDependencies,
  outcome: JobOutcome & { readonly kind: "refuted" },
): void {
  const { requestId, output, proof, making } = outcome;
  if (journal.request(requestId) === null || journal.refutation(requestId) !== null) return;
  const inferred = journal.output(requestId);
  if (inferred === null || Buffer.compare(inferred.output, output) !== 0) {
    const { code, message } = new OrchestratorError("OutputMismatch");
    journal.recordFailure(requestId, { code, message, stage: "refute" });
    logger.error("inference and refutation disagree", { requestId });
    return;
  }
  const salt = overturnSalt(requestId, secret);
  const commitment = overturnCommitment({ requestId, output, challenger: sender, salt });
  journal.recordRefutation(requestId, { proof, commitment });
  observeProof(metrics, { seconds: proof.seconds, making });
  logger.warn("an answer is proven wrong", { requestId, seconds: proof.seconds });
}
