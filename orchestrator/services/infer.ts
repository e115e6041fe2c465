import type { JobOutcome, Journal } from "../domain/nodePorts.ts";
import type { Logger } from "../domain/ports.ts";
import type { NodeMetrics } from "../telemetry/nodeMetrics.ts";

export interface InferDependencies {
  readonly journal: Journal;
  readonly logger: Logger;
  readonly metrics: Pick<NodeMetrics, "inferenceDuration" | "floatDifference" | "answersWatched">;
}

/** Journals the output an infer worker returned; a repeated one changes nothing. */
export function acceptInference(
  { journal, logger, metrics }: InferDependencies,
  outcome: JobOutcome & { readonly kind: "inferred" },
): void {
  const { requestId, output, floatDifference, seconds } = outcome;
  if (journal.request(requestId) === null || journal.output(requestId) !== null) return;
  journal.recordOutput(requestId, { output, seconds });
  metrics.inferenceDuration.observe(seconds);
  if (floatDifference !== null) metrics.floatDifference.observe(floatDifference.maximum);
  const isRight = journal.request(requestId)?.answer?.isRight ?? null;
  if (isRight !== null) metrics.answersWatched.increment({ verdict: isRight ? "right" : "wrong" });
  if (isRight === false) logger.warn("an answer is not what this node computes", { requestId });
  logger.info("request inferred", { requestId, seconds, floatDifference });
}
