import { MetricsRegistry, SECONDS_BUCKETS } from "./metrics.ts";

/** Real units between float and integer outputs. */
const DIFFERENCE_BUCKETS: readonly number[] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

export type NodeMetrics = ReturnType<typeof createNodeMetrics>;

/** All metrics of the node process. */
export function createNodeMetrics() {
  const registry = new MetricsRegistry();
  const seconds = secondsIn(registry);
  return {
    registry,
    headBlock: registry.gauge("head_block_number", "Newest journaled block."),
    finalBlock: registry.gauge("final_block_number", "Newest block under the finalised tag."),
    requestsUnfinished: registry.gauge(
      "requests_unfinished_count",
      "Requests by what they need next.",
    ),
    jobsQueued: registry.gauge("jobs_queued_count", "Jobs handed to the work list, by stage."),
    jobsFailed: registry.counter("jobs_failed_total", "Jobs that failed, by stage and code."),
    inferenceDuration: seconds("inference_duration_seconds", "Time of one inference."),
    ...proofMetrics(registry),
    settlementDuration: seconds(
      "settlement_duration_seconds",
      "From journaling a request to journaling its end.",
    ),
    floatDifference: registry.histogram({
      name: "float_difference_units",
      help: "Largest difference between the float and the integer model's output, in real units.",
      buckets: DIFFERENCE_BUCKETS,
    }),
    answersWatched: registry.counter(
      "answers_watched_total",
      "Others' optimistic answers that were computed again, by verdict.",
    ),
    challengesOpen: registry.gauge(
      "challenges_open_count",
      "Answers of this operator that a proof is asked of.",
    ),
    proofDeadline: registry.gauge(
      "proof_deadline_seconds",
      "Chain seconds until the next of these proofs is due; 0 while none is.",
    ),
    proofAlarms: registry.gauge(
      "proof_alarms_count",
      "Challenged answers with less than half of their time for a proof left.",
    ),
    transactionsSent: registry.counter("transactions_sent_total", "Signed attempts, by purpose."),
    transactionsMined: registry.counter("transactions_mined_total", "Receipts, by success."),
    gasUsed: registry.counter("transactions_gas_used_total", "Gas of mined transactions."),
  };
}

function proofMetrics(registry: MetricsRegistry) {
  const seconds = secondsIn(registry);
  return {
    provingDuration: seconds(
      "proving_duration_seconds",
      "Time of one proof, without loading keys.",
    ),
    provingPhase: seconds(
      "prove_phase_seconds",
      "Time of one phase of a proof, by phase and by the backend that made it.",
    ),
    proofsRunning: registry.gauge(
      "proofs_running_count",
      "Proofs that workers say they are making.",
    ),
    proofsMade: registry.counter("proofs_made_total", "Proofs that workers returned, by backend."),
    proofsFailed: registry.counter(
      "proofs_failed_total",
      "Attempts at a proof that failed, by reason.",
    ),
    proversQuarantined: registry.counter(
      "provers_quarantined_total",
      "Native provers not asked any more, since they failed where snarkjs did not.",
    ),
  };
}

function secondsIn(registry: MetricsRegistry) {
  return (name: string, help: string) =>
    registry.histogram({ name, help, buckets: SECONDS_BUCKETS });
}
