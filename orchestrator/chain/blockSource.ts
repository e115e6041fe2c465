import { z } from "zod";

import { OrchestratorError } from "../domain/errors.ts";
import type { Hex } from "../domain/ports.ts";
import { bloomMayHold } from "./bloom.ts";
import type { RpcPool } from "./rpcPool.ts";
import { rpcHeader, rpcLog, rpcReceipt, type Header, type Log } from "./rpcSchemas.ts";

/** Blocks and their logs; every answer about a block names the block by hash. */
export interface BlockSource {
  latest(): Promise<Header>;
  /** Null if the chain has no such block (any more). */
  header(number: number): Promise<Header | null>;
  /** @throws OrchestratorError RpcInconsistent when logs and bloom contradict each other */
  logsOf(header: Header): Promise<readonly Log[]>;
  /** Logs of a range that is final; block order. */
  logsBetween(from: number, to: number): Promise<readonly Log[]>;
  /** Number of the finalised block; −1 where the RPC knows none. */
  finalNumber(): Promise<number>;
}

export interface LogFilter {
  readonly address: Hex;
  readonly topics: readonly Hex[];
}

export function rpcBlockSource(pool: Pick<RpcPool, "call">, filter: LogFilter): BlockSource {
  const query = { address: filter.address, topics: [filter.topics] };
  const getLogs = async (range: Readonly<Record<string, string>>) => {
    const answer = await pool.call({ method: "eth_getLogs", params: [{ ...query, ...range }] });
    return z.array(rpcLog).parse(answer);
  };
  return {
    async latest() {
      return rpcHeader.parse(await getBlock(pool, "latest"));
    },
    async header(number) {
      return rpcHeader.nullable().parse(await getBlock(pool, toHex(number)));
    },
    async logsOf(header) {
      if (!bloomMayHold(header.logsBloom, filter)) return [];
      const logs = await getLogs({ blockHash: header.hash });
      if (logs.length > 0) return inOrder(logs, header);
      return logsFromReceipts(pool, filter, header);
    },
    async logsBetween(from, to) {
      const logs = await getLogs({ fromBlock: toHex(from), toBlock: toHex(to) });
      return logs.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex);
    },
    async finalNumber() {
      try {
        const header = rpcHeader.nullable().parse(await getBlock(pool, "finalized"));
        return header?.number ?? -1;
      } catch (error) {
        if (error instanceof OrchestratorError && error.code === "RpcRefused") return -1;
        throw error;
      }
    },
  };
}

function getBlock(pool: Pick<RpcPool, "call">, tag: string): Promise<unknown> {
  return pool.call({ method: "eth_getBlockByNumber", params: [tag, false] });
}

/**
 * The bloom promised a log and the index gave none. Most often a coincidence of the filter, but an
 * index that lags behind its own block looks the same: the receipts decide.
 */
async function logsFromReceipts(
  pool: Pick<RpcPool, "call">,
  filter: LogFilter,
  header: Header,
): Promise<readonly Log[]> {
  const answer = await pool.call({ method: "eth_getBlockReceipts", params: [header.hash] });
  const receipts = z.array(rpcReceipt).nullable().parse(answer);
  if (receipts === null) {
    const data = { block: header.number, hash: header.hash };
    throw new OrchestratorError("RpcInconsistent", { data, retryable: true });
  }
  const logs = receipts
    .flatMap((receipt) => receipt.logs)
    .filter(({ address, topics }) => {
      const [topic] = topics;
      return address === filter.address && topic !== undefined && filter.topics.includes(topic);
    });
  return inOrder(logs, header);
}

function inOrder(logs: Log[], header: Header): readonly Log[] {
  const stranger = logs.find((log) => log.blockHash !== header.hash);
  if (stranger !== undefined) {
    const data = { block: header.number, hash: header.hash, got: stranger.blockHash };
    throw new OrchestratorError("RpcInconsistent", { data, retryable: true });
  }
  return logs.sort((a, b) => a.logIndex - b.logIndex);
}

function toHex(number: number): string {
  return `0x${number.toString(16)}`;
}
