import { systemClock as clock } from "../clock.ts";
import type { WorkerConfig } from "../config/workerConfig.ts";
import type { Hex, Logger } from "../domain/ports.ts";
import { nodeClient } from "../http/nodeClient.ts";
import { ProcessProver } from "../prover/processProver.ts";
import { encodeProveResult } from "../queue/jobs.ts";
import { runJobWorker, type ReportPhase } from "../queue/jobWorker.ts";
import { keepWarm } from "./keepWarm.ts";
import { reportChanges } from "./reportChanges.ts";
import { workerStore } from "./workerStore.ts";

/** Answers `prove` and `refute` jobs until the signal aborts. The prover computes in a process of its own. */
export async function startProveWorker(
  config: WorkerConfig,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const { nodeUrl, token, queue, prover: settings } = config;
  const { groups, ...proverSettings } = settings;
  const concurrency = Math.max(config.concurrency, groups);
  const node = nodeClient({ url: nodeUrl, token });
  const prover = new ProcessProver({
    store: workerStore(config),
    settings: proverSettings,
    groups,
    logger,
  });
  logger.info("prove worker started", { node: nodeUrl });
  const { redisUrl: url, prefix } = queue;
  const processOf = (stage: "prove" | "refute") => async (requestId: Hex, report: ReportPhase) => {
    const work = await node.work(requestId);
    const payee = stage === "prove" ? work.payee : work.account;
    const phases = reportChanges(report);
    try {
      const answer = await prover.prove({ ...work, payee }, { onPhase: phases.begin });
      const { backend } = answer.making;
      logger.info("proven", { requestId, stage, seconds: answer.proveMs / 1_000, backend });
      return encodeProveResult(answer);
    } finally {
      phases.end();
    }
  };
  const prepare = (manifestCid: string) => prover.prepare(manifestCid);
  const warming = keepWarm({ node, prepare, clock, logger }, signal);
  const stages = (["prove", "refute"] as const).map((stage) => {
    const process = processOf(stage);
    return runJobWorker({ stage, url, prefix, concurrency, process, logger }, signal);
  });
  await Promise.all(stages);
  await prover.stop();
  await warming;
  logger.info("prove worker stopped");
}
