import { BlockFollower } from "./chain/blockFollower.ts";
import { decodeLog } from "./chain/coordinator.ts";
import { requireSender, rpcReleaseRegistry } from "./chain/registries.ts";
import { systemClock as clock } from "./clock.ts";
import type { NodeConfig } from "./config/nodeConfig.ts";
import type { NodeApi } from "./domain/nodeApi.ts";
import type { Journal } from "./domain/nodePorts.ts";
import type { Logger } from "./domain/ports.ts";
import type { Base, Desk, Loop } from "./nodeBase.ts";
import { baseFeeNotesOf, connect } from "./nodeChain.ts";
import { confirmLoop, createJudges, secretOf } from "./nodeOptimistic.ts";
import { createView } from "./nodeView.ts";
import { BullWorkQueue } from "./queue/bullWorkQueue.ts";
import { superviseEmbeddedServer } from "./queue/embeddedSupervisor.ts";
import { acceptOutcome } from "./services/accept.ts";
import { BaseFeeNotes } from "./services/baseFeeNotes.ts";
import { reportedMemory } from "./services/blockReport.ts";
import { Faults } from "./services/faults.ts";
import { Feed } from "./services/feed.ts";
import { guardDeadlines } from "./services/guardDeadlines.ts";
import { ingest } from "./services/ingest.ts";
import { learnReleases } from "./services/learnReleases.ts";
import { pricedReleases } from "./services/pricedReleases.ts";
import { ProofsUnderWay } from "./services/proofsUnderWay.ts";
import { prune } from "./services/prune.ts";
import { healthReport, metricsPage, requestReport, workFor } from "./services/report.ts";
import { transact } from "./services/transact.ts";
import { Transmitter } from "./services/transmitter.ts";
import { Wake } from "./services/wake.ts";
import { LocalStore } from "./storage/localStore.ts";
import { createNodeMetrics } from "./telemetry/nodeMetrics.ts";

const MAX_PENDING = 16;
/** As many as a prove worker holds in memory. */
const WARM_RELEASES = 4;
/** Shortest pause between two looks at open transactions; every new block is a look as well. */
const TEND_EVERY_MS = 250;

/** Builds every part of a node and says which loops run. */
export function createNodeParts(
  config: NodeConfig,
  { journal, logger }: { readonly journal: Journal; readonly logger: Logger },
) {
  const chain = connect(config, logger);
  const metrics = createNodeMetrics();
  const wakes = {
    feedWake: new Wake(clock),
    settleWake: new Wake(clock),
    confirmWake: new Wake(clock),
  };
  const faults = new Faults({ clock, logger, keepMs: config.operator.quarantineMs });
  const { settlement } = chain;
  const store = new LocalStore(config.storeDir);
  const registry = pricedReleases({
    registry: rpcReleaseRegistry(chain.pool, config.chain),
    store,
  });
  const secret = secretOf(config);
  const shared = { config, journal, logger, metrics };
  const transmitter = createTransmitter({ ...shared, chain, secret });
  const judges = createJudges({ ...shared, chain, registry, store, wakes });
  const early = { ...shared, chain, faults, registry, store, secret };
  const base: Base = { ...early, transmitter, judges, ...wakes };
  const { queue, view, feed, proofs } = createWork(base);
  const desk: Desk = { ...base, queue, view, proofs };
  const { keepMs } = config.operator;
  const finalNumber = () => view.finalNumber;
  const loops: readonly Loop[] = [
    followLoop(desk),
    (signal) => feed.run(signal),
    transactLoop(desk),
    confirmLoop(desk),
    (signal) => guardDeadlines({ ...shared, view: () => view.current(), clock }, signal),
    ...servingLoops(base),
    (signal) => prune({ journal, finalNumber, keepMs, clock, logger }, signal),
  ];
  const serveQueue: Loop = (signal) => embeddedQueue(base, signal);
  const { sender } = settlement;
  return { api: createApi(desk), queue, loops, serveQueue, sender };
}

/** What only an operator's node does: know the releases it is listed for, and their keys. */
function servingLoops(base: Base): readonly Loop[] {
  const { config, journal, registry, logger, judges, chain } = base;
  if (config.operator.id === null) return [];
  const { operatorId } = chain;
  return [
    (signal) => learnReleases({ journal, registry, clock, logger, operatorId }, signal),
    (signal) => judges.run(signal),
    (signal) => warnAboutSender(base, signal),
  ];
}

function createWork(base: Base): Pick<Desk, "queue" | "view" | "proofs"> & { readonly feed: Feed } {
  const { config, journal, logger, metrics, registry, faults, feedWake, settleWake } = base;
  const { secret, chain } = base;
  const { sender } = chain.settlement;
  const proofs = new ProofsUnderWay(clock);
  const queue = new BullWorkQueue({
    url: config.queue.redisUrl,
    prefix: config.queue.prefix,
    onOutcome: (stage, outcome) => {
      proofs.end(outcome.requestId);
      feed.settleOutcome(stage, outcome);
    },
    onPhase: (stage, requestId, phase) => {
      proofs.begin(stage, requestId, phase);
    },
    onReady: () => {
      feedWake.wake();
    },
    logger,
  });
  const view = createView(base, queue);
  const feed = new Feed({
    journal,
    queue,
    registry,
    view: () => view.current(),
    accept: (outcome) => {
      acceptOutcome({ journal, logger, metrics, faults, sender, secret }, outcome);
      settleWake.wake();
      base.confirmWake.wake();
    },
    faults,
    wake: feedWake,
    clock,
    logger,
    metrics,
    capacity: config.operator.maxQueued,
  });
  return { queue, view, feed, proofs };
}

function followLoop({ config, journal, logger, metrics, chain, view, ...wakes }: Desk): Loop {
  const { startBlock, pollMs } = config.chain;
  const memory = reportedMemory({ journal, clock, logger, metrics });
  const { source } = chain;
  const follower = new BlockFollower({ source, memory, decode: decodeLog, startBlock, logger });
  const follow = async () => {
    const isChanged = await follower.step();
    await view.refresh();
    return isChanged;
  };
  const onChange = () => {
    wakes.feedWake.wake();
    wakes.settleWake.wake();
    wakes.confirmWake.wake();
  };
  return (signal) => ingest({ follow, onChange, clock, logger, pollMs }, signal);
}

function createTransmitter({
  config,
  chain,
  secret,
  ...parts
}: Pick<Base, "config" | "journal" | "logger" | "metrics" | "chain" | "secret">): Transmitter {
  const { feeCaps, bumpAfterMs, doneDepth } = config.operator;
  const repeatAfterMs = Math.min(5_000, bumpAfterMs);
  const { operatorId } = chain;
  const pace = { bumpAfterMs, repeatAfterMs, doneDepth, maxPending: MAX_PENDING };
  const settings = { operatorId, secret, feeCaps, ...pace };
  return new Transmitter({ ...parts, chain: chain.settlement, clock, settings });
}

function transactLoop(desk: Desk): Loop {
  const { config, journal, logger, chain, view, transmitter, settleWake } = desk;
  const { pollMs } = config.chain;
  const tendEveryMs = Math.max(pollMs, TEND_EVERY_MS);
  const current = () => view.current();
  const { sender } = chain.settlement;
  const notedBaseFee = baseFeeNotesOf(config, chain);
  const baseFeeNotes = new BaseFeeNotes({ journal, sender, notedBaseFee });
  const parts = { journal, transmitter, baseFeeNotes, view: current, wake: settleWake };
  return (signal) => transact({ ...parts, clock, logger, tendEveryMs }, signal);
}

function createApi(desk: Desk): NodeApi {
  const { journal, metrics, chain, view, queue, store, proofs, ...base } = desk;
  const { transmitter } = base;
  const report = {
    journal,
    view: () => view.current(),
    finalNumber: () => view.finalNumber,
    rpcHealth: () => chain.pool.health(),
    queueState: () => queue.state(),
    settlementObstacle: () => transmitter.obstacle,
    operatorId: chain.operatorId,
    sender: chain.settlement.sender,
    metrics,
    proofs,
  };
  return {
    health: () => healthReport(report),
    metrics: () => metricsPage(report),
    requestReport: (requestId) => requestReport(report, requestId),
    work: (requestId) => workFor(report, requestId),
    manifestsToWarm: () => journal.latestManifests(WARM_RELEASES),
    artefact: (cid) => store.get(cid),
  };
}

/** A sender that was not allowed is the likeliest mistake of a new operator: say it at once. */
async function warnAboutSender(base: Base, signal: AbortSignal): Promise<void> {
  const { config, chain, logger } = base;
  const { pool, settlement } = chain;
  while (!signal.aborted && !pool.health().some(({ state }) => state === "healthy")) {
    await clock.sleep(500, signal);
  }
  if (signal.aborted) return;
  const { operatorRegistry } = config.chain;
  const { sender } = settlement;
  try {
    await requireSender(pool, { operatorRegistry, operatorId: chain.operatorId, sender });
  } catch (error) {
    logger.warn("the sender is not listed for this operator", { error });
  }
}

async function embeddedQueue({ config, logger }: Base, signal: AbortSignal): Promise<void> {
  const { isEmbedded, port } = config.queue;
  if (isEmbedded) await superviseEmbeddedServer({ port, clock, logger }, signal);
}
