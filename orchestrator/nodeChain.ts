import { rpcBlockSource } from "./chain/blockSource.ts";
import { FOLLOWED_TOPICS } from "./chain/coordinator.ts";
import { httpEndpoint } from "./chain/endpoint.ts";
import { endpointCheck } from "./chain/endpointCheck.ts";
import { fallbackOf, freeBond, isAssetCoin, notedBaseFee } from "./chain/registries.ts";
import { RpcPool } from "./chain/rpcPool.ts";
import { rpcSettlement } from "./chain/settlement.ts";
import { systemClock as clock } from "./clock.ts";
import type { NodeConfig } from "./config/nodeConfig.ts";
import type { StakeReader } from "./domain/nodePorts.ts";
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
  const isCoin = onceKnown(() => isAssetCoin(pool, chain.coordinator));
  const privateKey = operator.senderKey;
  const settlement = rpcSettlement({ ...chain, pool, privateKey, isCoin, logger });
  // Whoever acts for no operator is known by his account, which is no operator's id.
  const operatorId = operator.id ?? BigInt(settlement.sender);
  return { pool, source: rpcBlockSource(pool, filter), settlement, isCoin, operatorId };
}

/** Asks until there is an answer, which never changes. */
function onceKnown<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: { readonly value: T } | null = null;
  return async () => {
    known ??= { value: await ask() };
    return known.value;
  };
}

/** What the contracts say of the operator's bond, and of who may answer late requests. */
export function stakeReader({ chain }: NodeConfig, { pool, operatorId }: NodeChain): StakeReader {
  const { coordinator, operatorRegistry } = chain;
  return {
    freeBond: () => freeBond(pool, { operatorRegistry, operatorId }),
    fallbackOf: ({ preimage }) => fallbackOf(pool, { coordinator, preimage }),
  };
}

/** Asks which base fees were noted on chain. */
export function baseFeeNotesOf(
  { chain }: NodeConfig,
  { pool }: Pick<NodeChain, "pool">,
): (time: number) => Promise<bigint> {
  const { operatorRegistry } = chain;
  return (time) => notedBaseFee(pool, { operatorRegistry, time });
}

/** Asks what gas costs this operator. */
export function marketOf(
  { operator }: NodeConfig,
  { settlement, isCoin }: NodeChain,
): () => Promise<Market> {
  return async () => {
    const { baseFee, tip } = await settlement.gasPrices();
    return { baseFee, tip: tipWithin(tip, operator.feeCaps), isCoin: await isCoin() };
  };
}
