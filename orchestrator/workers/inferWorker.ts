import { systemClock as clock } from "../clock.ts";
import type { WorkerConfig } from "../config/workerConfig.ts";
import type { Logger } from "../domain/ports.ts";
import { nodeClient } from "../http/nodeClient.ts";
import { encodeInferResult } from "../queue/jobs.ts";
import { runJobWorker } from "../queue/jobWorker.ts";
import { ComputeHost } from "./computeHost.ts";
import { keepWarm } from "./keepWarm.ts";

/** Answers `infer` jobs until the signal aborts. Neither Redis nor the node needs to be up. */
export async function startInferWorker(
  config: WorkerConfig,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const { nodeUrl, token, cacheDir, queue, concurrency } = config;
  const node = nodeClient({ url: nodeUrl, token });
  const compute = new ComputeHost({
    artefacts: { nodeUrl, token, cacheDir },
    runtime: "onnxruntime",
  });
  logger.info("infer worker started", { node: nodeUrl });
  const { redisUrl: url, prefix } = queue;
  const process = async (requestId: Parameters<typeof node.work>[0]) => {
    const work = await node.work(requestId);
    const startedAt = performance.now();
    const answer = await compute.run(work);
    const seconds = (performance.now() - startedAt) / 1_000;
    logger.info("inferred", { requestId, seconds });
    return encodeInferResult(answer, seconds);
  };
  const prepare = (manifestCid: string) => compute.prepare(manifestCid);
  const warming = keepWarm({ node, prepare, clock, logger }, signal);
  await runJobWorker({ stage: "infer", url, prefix, concurrency, process, logger }, signal);
  await compute.stop();
  await warming;
  logger.info("infer worker stopped");
}
