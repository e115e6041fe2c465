import { OrchestratorError } from "../domain/errors.ts";
import type { JobOutcome, Journal } from "../domain/nodePorts.ts";
import type { Logger } from "../domain/ports.ts";
import type { Faults } from "./faults.ts";
import { observeProof, type ProofMetrics } from "./proofMetrics.ts";

export interface ProveDependencies {
  readonly journal: Journal;
  readonly logger: Logger;
  readonly metrics: ProofMetrics;
  readonly faults: Pick<Faults, "note" | "clear">;
}

/**
 * Journals the proof a prove worker returned; a repeated one changes nothing. A proof of another
 * output than the inferred one means a broken worker: the request is given up, nothing is sent.
 */
export function acceptProof(
  { journal, logger, metrics, faults }: ProveDependencies,
  outcome: JobOutcome & { readonly kind: "proven" },
): void {
  const { requestId, proof, making } = outcome;
  const { seconds } = proof;
  const request = journal.request(requestId);
  if (request === null || journal.proof(requestId) !== null) return;
  const inferred = journal.output(requestId);
  if (inferred === null || Buffer.compare(inferred.output, outcome.output) !== 0) {
    const { code, message, retryable } = new OrchestratorError("OutputMismatch");
    journal.recordFailure(requestId, { code, message, stage: "prove" });
    faults.note(request.releaseId, { code, retryable });
    logger.error("inference and proof disagree", { requestId });
    return;
  }
  journal.recordProof(requestId, proof);
  faults.clear(request.releaseId);
  observeProof(metrics, { seconds, making });
  logger.info("request proven", { requestId, seconds, backend: making.backend });
}
