import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { BlockSource } from "../../../orchestrator/chain/blockSource.ts";
import type { Header, Log } from "../../../orchestrator/chain/rpcSchemas.ts";
import { block, hex } from "./builders.ts";

/** A chain in memory whose blocks can be replaced; each log's data names it. */
export class FakeChain implements BlockSource {
  readonly #blocks: { header: Header; logs: readonly Log[] }[] = [];
  #branch = 0;
  final = -1;
  /** Calls of each kind, to see what a step costs. */
  readonly calls: string[] = [];
  /** Runs before each answer; may change the chain or throw. */
  beforeAnswer: (call: string) => void = () => undefined;

  constructor(height: number) {
    for (let number = 0; number <= height; number++) this.mine();
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  mine(...notes: readonly string[]): void {
    const number = this.#blocks.length;
    const parentHash = this.#blocks.at(-1)?.header.hash ?? hex(0);
    const { hash, timestamp } = block(number, this.#branch);
    const logsBloom = hex(0);
    const header = { number, hash, parentHash, timestamp, logsBloom, baseFeePerGas: 1n };
    const logs = notes.map((note, logIndex) => toLog(header, note, logIndex));
    this.#blocks.push({ header, logs });
  }

  /** Drops the blocks above and continues on another branch. */
  forkAt(number: number): void {
    this.#blocks.length = number + 1;
    this.#branch += 1;
  }

  async latest(): Promise<Header> {
    this.#note("latest");
    return this.#at(this.height).header;
  }

  async header(number: number): Promise<Header | null> {
    this.#note(`header ${number}`);
    return this.#blocks[number]?.header ?? null;
  }

  async logsOf(header: Header): Promise<readonly Log[]> {
    this.#note(`logs ${header.number}`);
    const found = this.#blocks[header.number];
    if (found?.header.hash === header.hash) return found.logs;
    throw new OrchestratorError("RpcInconsistent", { retryable: true });
  }

  async logsBetween(from: number, to: number): Promise<readonly Log[]> {
    this.#note(`logs ${from}-${to}`);
    return this.#blocks.slice(from, to + 1).flatMap(({ logs }) => logs);
  }

  async finalNumber(): Promise<number> {
    return this.final;
  }

  #note(call: string): void {
    this.calls.push(call);
    this.beforeAnswer(call);
  }

  #at(number: number): { header: Header; logs: readonly Log[] } {
    const found = this.#blocks[number];
    if (found === undefined) throw new Error(`no block ${number}`);
    return found;
  }
}

function toLog(header: Header, note: string, logIndex: number): Log {
  return {
    address: hex(1, 20),
    topics: [],
    data: `0x${Buffer.from(note).toString("hex")}`,
    blockNumber: header.number,
    blockHash: header.hash,
    transactionHash: hex(header.number * 100 + logIndex),
    logIndex,
  };
}
