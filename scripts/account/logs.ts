import { isError, type Contract, type LogDescription } from "ethers";

import { toAccountError } from "./transact.ts";

/** An event with its place on the chain. */
export interface FoundEvent {
  readonly name: string;
  readonly fields: LogDescription["args"];
  readonly transactionHash: string;
  readonly blockNumber: number;
}

/**
 * Events of a contract, oldest first. Ranges an endpoint finds too large are asked for in halves.
 * @param topics as in `eth_getLogs`
 * @throws AccountError ChainRefused
 */
export async function findEvents(
  contract: Contract,
  query: {
    readonly topics: readonly (string | readonly string[] | null)[];
    readonly fromBlock: number;
  },
): Promise<readonly FoundEvent[]> {
  const provider = contract.runner?.provider;
  if (!provider) throw new Error("the contract has no provider");
  const address = await contract.getAddress();
  const topics = query.topics.map((topic) =>
    typeof topic === "object" ? topic && [...topic] : topic,
  );

  const within = async (fromBlock: number, toBlock: number): Promise<FoundEvent[]> => {
    try {
      const logs = await provider.getLogs({ address, topics, fromBlock, toBlock });
      return logs.flatMap((log) => {
        const parsed = contract.interface.parseLog(log);
        if (parsed === null) return [];
        const { transactionHash, blockNumber } = log;
        return [{ name: parsed.name, fields: parsed.args, transactionHash, blockNumber }];
      });
    } catch (error) {
      // What a server answers with an error of its own; a dead endpoint is no matter of size.
      if (!isError(error, "UNKNOWN_ERROR") || fromBlock >= toBlock) throw toAccountError(error);
      const middle = Math.floor((fromBlock + toBlock) / 2);
      return [...(await within(fromBlock, middle)), ...(await within(middle + 1, toBlock))];
    }
  };
  const newest = await provider.getBlockNumber();
  return within(Math.min(query.fromBlock, newest), newest);
}

/** First topic of an event of the contract. */
export function topicOf(contract: Contract, event: string): string {
  const topic = contract.interface.getEvent(event)?.topicHash;
  if (topic === undefined) throw new RangeError(`the contract declares no event ${event}`);
  return topic;
}
