import { BlockFollower } from "./chain/blockFollower.ts";
import { rpcBlockSource } from "./chain/blockSource.ts";
import { decodeLog, FOLLOWED_TOPICS } from "./chain/coordinator.ts";
import { httpEndpoint } from "./chain/endpoint.ts";
import { endpointCheck } from "./chain/endpointCheck.ts";
import { requireSender, rpcReleaseRegistry } from "./chain/registries.ts";
import { RpcPool } from "./chain/rpcPool.ts";
import { rpcSettlement } from "./chain/settlement.ts";
import { systemClock as clock } from "./clock.ts";
import type { NodeConfig } from "./config.ts";
import type { Journal, NodeApi } from "./domain/nodePorts.ts";
import type { ContentStore, Logger } from "./domain/ports.ts";
import { BullWorkQueue } from "./queue/bullWorkQueue.ts";
import { superviseEmbeddedServer } from "./queue/embeddedSupervisor.ts";
import { acceptOutcome } from "./services/accept.ts";
import { reportedMemory } from "./services/blockReport.ts";
import { ChainView } from "./services/chainView.ts";
import { Feed } from "./services/feed.ts";
import { fulfill } from "./services/fulfill.ts";
import { ingest } from "./services/ingest.ts";
import { learnReleases } from "./services/learnReleases.ts";
import { pricedReleases } from "./services/pricedReleases.ts";
import { healthReport, metricsPage, requestReport, workFor } from "./services/report.ts";
import { Transmitter } from "./services/transmitter.ts";
import { Wake } from "./services/wake.ts";
import { LocalStore } from "./storage/localStore.ts";
import { createNodeMetrics, type NodeMetrics } from "./telemetry/nodeMetrics.ts";

const RPC_TIMEOUT_MS = 10_000;
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
  readonly chain: ReturnType<typeof connect>;
  readonly view: ChainView;
  readonly registry: ReturnType<typeof pricedReleases>;
  readonly store: ContentStore;
  readonly transmitter: Transmitter;
  readonly feedWake: Wake;
  readonly settleWake: Wake;
}

/** Builds every part of a node and says which loops run. */
export function createNodeParts(
  config: NodeConfig,
  { journal, logger }: { readonly journal: Journal; readonly logger: Logger },
) {
  const chain = connect(config, logger);
  const view = createView(config, journal, chain);
  const metrics = createNodeMetrics();
  const wakes = { feedWake: new Wake(clock), settleWake: new Wake(clock) };
  const { settlement } = chain;
  const store = new LocalStore(config.storeDir);
  const registry = pricedReleases({
    registry: rpcReleaseRegistry(chain.pool, config.chain),
    store,
  });
  const transmitter = createTransmitter(config, { journal, settlement, logger, metrics });
  const shared = { config, journal, logger, metrics };
  const base: Base = { ...shared, chain, view, registry, store, transmitter, ...wakes };
  const { queue, feed } = createWork(base);
  const operatorId = config.operator.id;
  const loops: readonly Loop[] = [
    followLoop(base),
    (signal) => feed.run(signal),
    settleLoop(base),
    (signal) => warnAboutSender(base, signal),
    (signal) => learnReleases({ ...shared, registry, clock, operatorId }, signal),
  ];
  const serveQueue: Loop = (signal) => embeddedQueue(base, signal);
  const { sender } = settlement;
  return { api: createApi(base, queue), queue, loops, serveQueue, sender };
}

function connect({ chain, operator }: NodeConfig, logger: Logger) {
  const endpoints = chain.rpcUrls.map((url) => httpEndpoint(url, RPC_TIMEOUT_MS));
  const pool = new RpcPool({ endpoints, check: endpointCheck(chain), clock, logger });
  const filter = { address: chain.coordinator, topics: FOLLOWED_TOPICS };
  const settlement = rpcSettlement({ ...chain, pool, privateKey: operator.senderKey, logger });
  return { pool, source: rpcBlockSource(pool, filter), settlement };
}

function createView(
  { operator }: NodeConfig,
  journal: Journal,
  { source }: Base["chain"],
): ChainView {
  const { id: operatorId, settleDepth, fallback } = operator;
  return new ChainView({
    journal,
    finalNumber: () => source.finalNumber(),
    clock,
    operator: { operatorId, settleDepth, fallback },
  });
}

function createWork(base: Base): { readonly queue: BullWorkQueue; readonly feed: Feed } {
  const { config, journal, logger, metrics, registry, view, feedWake, settleWake } = base;
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
  const feed = new Feed({
    journal,
    queue,
    registry,
    view: () => view.current(),
    accept: (outcome) => {
      acceptOutcome({ journal, logger, metrics }, outcome);
      settleWake.wake();
    },
    wake: feedWake,
    clock,
    logger,
    metrics,
    capacity: config.operator.maxQueued,
  });
  return { queue, feed };
}

function followLoop({ config, journal, logger, metrics, chain, view, ...wakes }: Base): Loop {
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

function settleLoop({ config, journal, logger, view, transmitter, settleWake }: Base): Loop {
  const tendEveryMs = Math.max(config.chain.pollMs, TEND_EVERY_MS);
  const current = () => view.current();
  const parts = { journal, transmitter, view: current, wake: settleWake, clock, logger };
  return (signal) => fulfill({ ...parts, tendEveryMs }, signal);
}

function createApi(base: Base, queue: BullWorkQueue): NodeApi {
  const { config, journal, metrics, chain, view, store, transmitter } = base;
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
