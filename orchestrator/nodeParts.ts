import { BlockFollower } from "./chain/blockFollower.ts";
import { decodeLog } from "./chain/coordinator.ts";
import { notedBaseFee, requireSender, rpcReleaseRegistry } from "./chain/registries.ts";
import { systemClock as clock } from "./clock.ts";
import type { NodeConfig } from "./config.ts";
import type { Journal, NodeApi } from "./domain/nodePorts.ts";
import type { ContentStore, Logger } from "./domain/ports.ts";
import { connect, marketOf, type NodeChain } from "./nodeChain.ts";
import { BullWorkQueue } from "./queue/bullWorkQueue.ts";
import { superviseEmbeddedServer } from "./queue/embeddedSupervisor.ts";
import { acceptOutcome } from "./services/accept.ts";
import { BaseFeeNotes } from "./services/baseFeeNotes.ts";
import { reportedMemory } from "./services/blockReport.ts";
import { ChainView } from "./services/chainView.ts";
import { Faults } from "./services/faults.ts";
import { Feed } from "./services/feed.ts";
import { ingest } from "./services/ingest.ts";
import { learnReleases } from "./services/learnReleases.ts";
import { pricedReleases } from "./services/pricedReleases.ts";
import { prune } from "./services/prune.ts";
import { healthReport, metricsPage, requestReport, workFor } from "./services/report.ts";
import { transact } from "./services/transact.ts";
import { Transmitter } from "./services/transmitter.ts";
import { Wake } from "./services/wake.ts";
import { LocalStore } from "./storage/localStore.ts";
import { createNodeMetrics, type NodeMetrics } from "./telemetry/nodeMetrics.ts";

const MAX_PENDING = 16;
/** As many as a prove worker holds in memory. */
const WARM_RELEASES = 4;
/** Shortest pause between two looks at open transactions; every new block is a look as well. */
const TEND_EVERY_MS = 250;

/** Something that runs until its signal aborts. */
export type Loop = (signal: AbortSignal) => Promise<void>;

/** What all parts of one node share. */
interface Base {
  readonly config: NodeConfig;
  readonly journal: Journal;
  readonly logger: Logger;
  readonly metrics: NodeMetrics;
  readonly chain: NodeChain;
  readonly faults: Faults;
  readonly registry: ReturnType<typeof pricedReleases>;
  readonly store: ContentStore;
  readonly transmitter: Transmitter;
  readonly feedWake: Wake;
  readonly settleWake: Wake;
}

/** What the node does and knows beside it. */
interface Desk extends Base {
  readonly queue: BullWorkQueue;
  readonly view: ChainView;
}

/** Builds every part of a node and says which loops run. */
export function createNodeParts(
  config: NodeConfig,
  { journal, logger }: { readonly journal: Journal; readonly logger: Logger },
) {
  const chain = connect(config, logger);
  const metrics = createNodeMetrics();
  const wakes = { feedWake: new Wake(clock), settleWake: new Wake(clock) };
  const faults = new Faults({ clock, logger, keepMs: config.operator.quarantineMs });
  const { settlement } = chain;
  const store = new LocalStore(config.storeDir);
  const registry = pricedReleases({
    registry: rpcReleaseRegistry(chain.pool, config.chain),
    store,
  });
  const transmitter = createTransmitter(config, { journal, settlement, logger, metrics });
  const shared = { config, journal, logger, metrics };
  const base: Base = { ...shared, chain, faults, registry, store, transmitter, ...wakes };
  const { queue, view, feed } = createWork(base);
  const desk: Desk = { ...base, queue, view };
  const { id: operatorId, keepMs } = config.operator;
  const finalNumber = () => view.finalNumber;
  const loops: readonly Loop[] = [
    followLoop(desk),
    (signal) => feed.run(signal),
    transactLoop(desk),
    (signal) => warnAboutSender(base, signal),
    (signal) => learnReleases({ ...shared, registry, clock, operatorId }, signal),
    (signal) => prune({ journal, finalNumber, keepMs, clock, logger }, signal),
  ];
  const serveQueue: Loop = (signal) => embeddedQueue(base, signal);
  const { sender } = settlement;
  return { api: createApi(desk), queue, loops, serveQueue, sender };
}

function createView(
  { config, journal, chain, faults }: Base,
  queue: Pick<BullWorkQueue, "state">,
): ChainView {
  const { id: operatorId, settleDepth, fallback, leastGain, workerSlots } = config.operator;
  return new ChainView({
    journal,
    finalNumber: () => chain.source.finalNumber(),
    market: marketOf(config, chain),
    faults: () => faults.current(),
    queueState: () => queue.state(),
    clock,
    operator: { operatorId, settleDepth, fallback, leastGain },
    slots: workerSlots,
  });
}

function createWork(base: Base): Pick<Desk, "queue" | "view"> & { readonly feed: Feed } {
  const { config, journal, logger, metrics, registry, faults, feedWake, settleWake } = base;
  const queue = new BullWorkQueue({
    url: config.queue.redisUrl,
    prefix: config.queue.prefix,
    onOutcome: (stage, outcome) => {
      feed.settleOutcome(stage, outcome);
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
      acceptOutcome({ journal, logger, metrics, faults }, outcome);
      settleWake.wake();
    },
    faults,
    wake: feedWake,
    clock,
    logger,
    metrics,
    capacity: config.operator.maxQueued,
  });
  return { queue, view, feed };
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
  };
  return (signal) => ingest({ follow, onChange, clock, logger, pollMs }, signal);
}

function createTransmitter(
  { operator }: NodeConfig,
  parts: Pick<Base, "journal" | "logger" | "metrics"> & Pick<Base["chain"], "settlement">,
): Transmitter {
  const { id: operatorId, feeCaps, bumpAfterMs, doneDepth } = operator;
  const repeatAfterMs = Math.min(5_000, bumpAfterMs);
  const { settlement: chain, ...others } = parts;
  return new Transmitter({
    ...others,
    chain,
    clock,
    settings: {
      operatorId,
      feeCaps,
      bumpAfterMs,
      repeatAfterMs,
      doneDepth,
      maxPending: MAX_PENDING,
    },
  });
}

function transactLoop(desk: Desk): Loop {
  const { config, journal, logger, chain, view, transmitter, settleWake } = desk;
  const { operatorRegistry, pollMs } = config.chain;
  const tendEveryMs = Math.max(pollMs, TEND_EVERY_MS);
  const current = () => view.current();
  const { sender } = chain.settlement;
  const noted = (time: number) => notedBaseFee(chain.pool, { operatorRegistry, time });
  const baseFeeNotes = new BaseFeeNotes({ journal, sender, notedBaseFee: noted });
  const parts = { journal, transmitter, baseFeeNotes, view: current, wake: settleWake };
  return (signal) => transact({ ...parts, clock, logger, tendEveryMs }, signal);
}

function createApi({
  config,
  journal,
  metrics,
  chain,
  view,
  queue,
  store,
  ...base
}: Desk): NodeApi {
  const { transmitter } = base;
  const report = {
    journal,
    view: () => view.current(),
    finalNumber: () => view.finalNumber,
    rpcHealth: () => chain.pool.health(),
    queueState: () => queue.state(),
    settlementObstacle: () => transmitter.obstacle,
    operatorId: config.operator.id,
    metrics,
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
    await requireSender(pool, { operatorRegistry, operatorId: config.operator.id, sender });
  } catch (error) {
    logger.warn("the sender is not listed for this operator", { error });
  }
}

async function embeddedQueue({ config, logger }: Base, signal: AbortSignal): Promise<void> {
  const { isEmbedded, port } = config.queue;
  if (isEmbedded) await superviseEmbeddedServer({ port, clock, logger }, signal);
}
