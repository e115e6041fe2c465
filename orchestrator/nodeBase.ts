import type { NodeConfig } from "./config/nodeConfig.ts";
import type { Journal } from "./domain/nodePorts.ts";
import type { ContentStore, Logger } from "./domain/ports.ts";
import type { NodeChain } from "./nodeChain.ts";
import type { BullWorkQueue } from "./queue/bullWorkQueue.ts";
import type { ChainView } from "./services/chainView.ts";
import type { Faults } from "./services/faults.ts";
import type { Judges } from "./services/judges.ts";
import type { ProofsUnderWay } from "./services/proofsUnderWay.ts";
import type { pricedReleases } from "./services/pricedReleases.ts";
import type { Transmitter } from "./services/transmitter.ts";
import type { Wake } from "./services/wake.ts";
import type { NodeMetrics } from "./telemetry/nodeMetrics.ts";

/** Something that runs until its signal aborts. */
export type Loop = (signal: AbortSignal) => Promise<void>;

/** What all parts of one node share. */
export interface Base {
  readonly secret: string;
  readonly judges: Judges;
  readonly confirmWake: Wake;
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
export interface Desk extends Base {
  readonly queue: BullWorkQueue;
  readonly view: ChainView;
  readonly proofs: ProofsUnderWay;
}
