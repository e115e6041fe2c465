import type { Journal } from "../domain/nodePorts.ts";
import type { Clock, Logger } from "../domain/ports.ts";
import type { BlockEvents, ChainEvent } from "../domain/request.ts";
import type { NodeMetrics } from "../telemetry/nodeMetrics.ts";

type BlockMemory = Pick<Journal, "tip" | "blockAtOrBelow" | "applyBlock" | "rollBackTo">;

export interface BlockReportDependencies {
  readonly journal: Journal;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Logger;
  readonly metrics: Pick<NodeMetrics, "headBlock" | "settlementDuration">;
}

/** The journal as the block follower sees it; life events of requests are logged and counted. */
export function reportedMemory(dependencies: BlockReportDependencies): BlockMemory {
  const { journal, metrics } = dependencies;
  return {
    tip: () => journal.tip(),
    blockAtOrBelow: (number) => journal.blockAtOrBelow(number),
    rollBackTo(block) {
      journal.rollBackTo(block);
      metrics.headBlock.set(block.number);
    },
    applyBlock(batch: BlockEvents) {
      journal.applyBlock(batch);
      metrics.headBlock.set(batch.block.number);
      for (const event of batch.events) report(dependencies, event, batch.block.number);
    },
  };
}

function report(
  { journal, clock, logger, metrics }: BlockReportDependencies,
  event: ChainEvent,
  block: number,
): void {
  if (event.kind === "requested") {
    const { requestId, requester, releaseId, level } = event.request;
    // A line has a level of its own.
    const fields = { requestId, requester, releaseId, verification: level, block };
    logger.info("request journaled", fields);
    return;
  }
  if (event.kind === "reassigned") {
    const { requestId, operatorId } = event.reassignment;
    logger.info("request reassigned", { requestId, operatorId, block });
    return;
  }
  if (event.kind === "answered") {
    const { requestId, operatorId, windowEnd } = event.answer;
    logger.info("request answered", { requestId, operatorId, windowEnd, block });
    return;
  }
  if (event.kind === "challenged") {
    const { requestId, challenger, proofDeadline } = event.challenge;
    logger.warn("answer challenged", { requestId, challenger, proofDeadline, block });
    return;
  }
  if (event.kind === "committed") {
    logger.debug("an overturn is committed to", { commitment: event.commitment, block });
    return;
  }
  if (event.kind === "revoked") {
    logger.warn("verifier revoked", { verifierId: event.verifierId, block });
    return;
  }
  const { requestId, status, transactionHash } = event;
  const row = journal.request(requestId);
  if (row === null) return;
  const seconds = (clock.now() - row.journaledAt) / 1_000;
  metrics.settlementDuration.observe(seconds, { status });
  logger.info("request ended", { requestId, status, transactionHash, block, seconds });
}
