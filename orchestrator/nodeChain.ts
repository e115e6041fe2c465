import { rpcBlockSource } from "./chain/blockSource.ts";
import { FOLLOWED_TOPICS } from "./chain/coordinator.ts";
import { httpEndpoint } from "./chain/endpoint.ts";
import { endpointCheck } from "./chain/endpointCheck.ts";
import { isAssetCoin } from "./chain/registries.ts";
import { RpcPool } from "./chain/rpcPool.ts";
import { rpcSettlement } from "./chain/settlement.ts";
import { systemClock as clock } from "./clock.ts";
import type { NodeConfig } from "./config.ts";
import type { Logger } from "./domain/ports.ts";
import { tipWithin } from "./domain/transaction.ts";
import type { Market } from "./domain/view.ts";

const RPC_TIMEOUT_MS = 10_000;

export type NodeChain = ReturnType<typeof connect>;

/** The node's ways to its chain: endpoints, blocks, and transactions of its sender. */
export function connect({ chain, operator }: NodeConfig, logger: Logger) {
  const endpoints = chain.rpcUrls.map((url) => httpEndpoint(url, RPC_TIMEOUT_MS));
  const pool = new RpcPool({ endpoints, check: endpointCheck(chain), clock, logger });
  const filter = { address: chain.coordinator, topics: FOLLOWED_TOPICS };
  const settlement = rpcSettlement({ ...chain, pool, privateKey: operator.senderKey, logger });
  return { pool, source: rpcBlockSource(pool, filter), settlement };
}

/** Asks what gas costs this operator. */
export function marketOf(
  { chain: place, operator }: NodeConfig,
  { pool, settlement }: NodeChain,
): () => Promise<Market> {
  // It never changes; asked until it is known.
  let isCoin: boolean | null = null;
  return async () => {
    isCoin ??= await isAssetCoin(pool, place.coordinator);
    const { baseFee, tip } = await settlement.gasPrices();
    return { baseFee, tip: tipWithin(tip, operator.feeCaps), isCoin };
  };
}
