import type { JobOutcome, Journal } from "../domain/nodePorts.ts";
import type { Logger } from "../domain/ports.ts";
import type { RequestProgress, Stage } from "../domain/request.ts";
import type { NodeMetrics } from "../telemetry/nodeMetrics.ts";
import type { Faults } from "./faults.ts";
import { acceptInference } from "./infer.ts";
import { observeFailedProof } from "./proofMetrics.ts";
import { acceptProof } from "./prove.ts";
import { acceptRefutation, type RefuteDependencies } from "./refute.ts";

export interface AcceptDependencies extends Pick<RefuteDependencies, "sender" | "secret"> {
  readonly journal: Journal;
  readonly logger: Logger;
  readonly metrics: NodeMetrics;
  readonly faults: Pick<Faults, "note" | "clear">;
}

/** Journals whatever a worker returned. A failure that may pass is only counted and logged. */
export function acceptOutcome(dependencies: AcceptDependencies, outcome: JobOutcome): void {
  if (outcome.kind === "inferred") acceptInference(dependencies, outcome);
  else if (outcome.kind === "proven") acceptProof(dependencies, outcome);
  else if (outcome.kind === "refuted") acceptRefutation(dependencies, outcome);
  else acceptFailure(dependencies, outcome);
}

function acceptFailure(
  { journal, logger, metrics, faults }: AcceptDependencies,
  { requestId, stage, error }: JobOutcome & { readonly kind: "failed" },
): void {
  const { code, message, retryable, data } = error;
  metrics.jobsFailed.increment({ stage, code });
  if (stage !== "infer") observeFailedProof(metrics, { code, data });
  const request = journal.request(requestId);
  if (request === null || isDone(request, stage)) return;
  faults.note(request.releaseId, error);
  if (retryable) {
    logger.warn("job failed and will be handed out again", { requestId, stage, ...error });
    return;
  }
  journal.recordFailure(requestId, { code, message, stage });
  logger.error("request given up", { requestId, stage, code, message, data });
}

function isDone({ hasOutput, hasProof, refutation }: RequestProgress, stage: Stage): boolean {
  if (stage === "infer") return hasOutput;
  return stage === "prove" ? hasProof : refutation !== null;
}
