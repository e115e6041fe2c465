import { OrchestratorError } from "../domain/errors.ts";
import type { Journal } from "../domain/nodePorts.ts";
import type { Logger } from "../domain/ports.ts";
import type { Block, ChainEvent } from "../domain/request.ts";
import type { BlockSource } from "./blockSource.ts";
import type { Header, Log } from "./rpcSchemas.ts";

/** Distance from which final blocks are read as a range of logs instead of one by one. */
const RANGE_FROM = 128;
const RANGE_BLOCKS = 2_000;

/** Where applied blocks are remembered. */
export type BlockMemory = Pick<Journal, "tip" | "blockAtOrBelow" | "applyBlock" | "rollBackTo">;

/**
 * Follows one chain by block hash. Each `step` makes the memory agree with the chain's head at
 * that moment, or as far as one walk came; it can be interrupted anywhere and simply called again.
 */
export class BlockFollower {
  readonly #source: BlockSource;
  readonly #memory: BlockMemory;
  readonly #decode: (log: Log) => ChainEvent | null;
  readonly #startBlock: number;
  readonly #logger: Logger;

  /** @param input.startBlock first block that can hold a log: the coordinator's own */
  constructor(input: {
    readonly source: BlockSource;
    readonly memory: BlockMemory;
    readonly decode: (log: Log) => ChainEvent | null;
    readonly startBlock: number;
    readonly logger: Logger;
  }) {
    this.#source = input.source;
    this.#memory = input.memory;
    this.#decode = input.decode;
    this.#startBlock = input.startBlock;
    this.#logger = input.logger;
  }

  /**
   * One look at the chain.
   *
   * @returns whether the memory changed
   * @throws OrchestratorError RpcUnavailable, RpcInconsistent, ReorgTooDeep
   */
  async step(): Promise<boolean> {
    const head = await this.#source.latest();
    const tip = this.#memory.tip() ?? (await this.#anchor(head));
    if (head.hash === tip.hash) return false;
    // An endpoint that is merely behind must not look like a re-org.
    if (head.number < tip.number && this.#knows(head)) return false;
    const base = await this.#rollBackFrom(tip, head);
    const caughtUp = await this.#readRanges(base, head);
    const newTip = await this.#walk(caughtUp, head);
    return newTip.hash !== tip.hash;
  }

  /** The block before the first interesting one; everything later stands on it. */
  async #anchor(head: Header): Promise<Block> {
    const number = Math.min(Math.max(this.#startBlock - 1, 0), head.number);
    const header = await this.#source.header(number);
    if (header === null) throw gone(number);
    this.#memory.applyBlock({ block: toBlock(header), events: [] });
    return toBlock(header);
  }

  #knows(header: Header): boolean {
    const known = this.#memory.blockAtOrBelow(header.number);
    return known?.hash === header.hash;
  }

  /** Newest applied block that is still on the chain; what stood above it is rolled back. */
  async #rollBackFrom(tip: Block, head: Header): Promise<Block> {
    if (head.parentHash === tip.hash) return tip;
    let candidate: Block | null = tip;
    while (candidate !== null) {
      const present =
        candidate.number <= head.number ? await this.#source.header(candidate.number) : null;
      if (present?.hash === candidate.hash) break;
      candidate = this.#memory.blockAtOrBelow(candidate.number - 1);
    }
    if (candidate === null) {
      throw new OrchestratorError("ReorgTooDeep", { data: { tip: tip.number, head: head.number } });
    }
    if (candidate.hash !== tip.hash) {
      this.#memory.rollBackTo(candidate);
      const blocks = tip.number - candidate.number;
      this.#logger.warn("chain re-organised", { ancestor: candidate.number, blocks });
    }
    return candidate;
  }

  /** Far behind: final blocks cannot be rolled back, so their logs may come in ranges. */
  async #readRanges(base: Block, head: Header): Promise<Block> {
    if (head.number - base.number <= RANGE_FROM) return base;
    const final = await this.#source.finalNumber();
    let tip = base;
    while (tip.number < final) {
      const to = Math.min(tip.number + RANGE_BLOCKS, final);
      const logs = await this.#source.logsBetween(tip.number + 1, to);
      for (const number of new Set([...logs.map((log) => log.blockNumber), to])) {
        const header = await this.#source.header(number);
        if (header === null) throw gone(number);
        tip = this.#apply(
          header,
          logs.filter((log) => log.blockNumber === number),
        );
      }
      this.#logger.info("caught up with final blocks", { block: tip.number, of: final });
    }
    return tip;
  }

  async #walk(base: Block, head: Header): Promise<Block> {
    let tip = base;
    while (tip.number < head.number) {
      const number = tip.number + 1;
      const header = number === head.number ? head : await this.#source.header(number);
      // The chain moved under the walk: the next step finds the common ancestor.
      if (header === null || header.parentHash !== tip.hash) return tip;
      tip = this.#apply(header, await this.#source.logsOf(header));
    }
    return tip;
  }

  #apply(header: Header, logs: readonly Log[]): Block {
    const block = toBlock(header);
    const events = logs.map((log) => this.#decode(log)).filter((event) => event !== null);
    this.#memory.applyBlock({ block, events });
    return block;
  }
}

function toBlock({ number, hash, parentHash, timestamp }: Header): Block {
  return { number, hash, parentHash, timestamp };
}

function gone(number: number): OrchestratorError {
  return new OrchestratorError("RpcInconsistent", { data: { block: number }, retryable: true });
}
