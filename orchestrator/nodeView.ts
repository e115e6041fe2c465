import { systemClock as clock } from "./clock.ts";
import type { Base } from "./nodeBase.ts";
import { baseFeeNotesOf, marketOf, stakeReader } from "./nodeChain.ts";
import { samplings } from "./nodeOptimistic.ts";
import type { BullWorkQueue } from "./queue/bullWorkQueue.ts";
import { ChainView } from "./services/chainView.ts";
import { Excuses } from "./services/excuses.ts";
import { StakeView } from "./services/stakeView.ts";

/** What the node knows of chain and market, and of its own workers. */
export function createView(base: Base, queue: Pick<BullWorkQueue, "state">): ChainView {
  const { config, journal, chain, faults, judges, logger } = base;
  const { settleDepth, fallback, leastGain, leastGrade, workerSlots } = config.operator;
  const { operatorId } = chain;
  const reader = stakeReader(config, chain);
  const stake = new StakeView({ journal, reader, operator: { operatorId, fallback }, logger });
  const notedBaseFee = baseFeeNotesOf(config, chain);
  const excuses = new Excuses({ journal, notedBaseFee, operator: { operatorId, fallback } });
  const limits = { settleDepth, fallback, leastGain, leastGrade };
  const account = chain.settlement.sender;
  return new ChainView({
    journal,
    stake,
    excuses,
    judges: () => judges.current(),
    finalNumber: () => chain.source.finalNumber(),
    market: marketOf(config, chain),
    faults: () => faults.current(),
    queueState: () => queue.state(),
    clock,
    operator: { operatorId, account, ...limits, ...samplings(base) },
    slots: workerSlots,
  });
}
