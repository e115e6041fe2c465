import type { ErrorRecord } from "../domain/errors.ts";
import type { ProofMaking } from "../domain/ports.ts";
import type { NodeMetrics } from "../telemetry/nodeMetrics.ts";

export type ProofMetrics = Pick<
  NodeMetrics,
  "provingDuration" | "provingPhase" | "proofsMade" | "proofsFailed" | "proversQuarantined"
>;

/** Counts a proof that a worker returned, and where its time went. */
export function observeProof(
  metrics: ProofMetrics,
  { seconds, making }: { readonly seconds: number; readonly making: ProofMaking },
): void {
  const { backend, phases, quarantined } = making;
  metrics.provingDuration.observe(seconds);
  metrics.proofsMade.increment({ backend });
  for (const [phase, ms] of Object.entries(phases)) {
    metrics.provingPhase.observe(ms / 1_000, { phase, backend });
  }
  if (quarantined !== null) metrics.proversQuarantined.increment();
}

/** Counts a proof that failed, by the native prover's own code where it gave one. */
export function observeFailedProof(
  metrics: Pick<ProofMetrics, "proofsFailed">,
  { code, data }: Pick<ErrorRecord, "code" | "data">,
): void {
  const native = data["native"];
  const reason = typeof native === "string" && /^[A-Z]\w{1,40}$/.test(native) ? native : code;
  metrics.proofsFailed.increment({ reason });
}
