import { Contract, type JsonRpcProvider, type Wallet } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { AccountError } from "./accountError.ts";
import { readAsset, type Asset } from "./asset.ts";
import { connect, readWallet } from "./connection.ts";
import { view } from "./transact.ts";

/** Where a deployment is. */
export interface Place {
  readonly rpcUrl: string;
  /** Names the registries and the asset. */
  readonly coordinator: string;
  /** Block the coordinator was deployed in, or an earlier one; logs are read from there. */
  readonly startBlock: number;
  /** Chain the deployment is on, if that is known. */
  readonly chainId?: bigint;
}

/** The contracts of a deployment as one account, or nobody, meets them. */
export interface Deployment {
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
  readonly startBlock: number;
  /** Whose key the contracts are called with; null: views only. */
  readonly account: Hex | null;
  readonly asset: Asset;
  readonly coordinator: Contract;
  readonly operatorRegistry: Contract;
  readonly modelRegistry: Contract;
  close(): void;
}

/**
 * Opens a deployment; its coordinator names the other contracts.
 * @param keyFile holds the account's private key; null: nothing will be sent
 * @throws AccountError KeyFileInvalid, ChainUnavailable, ChainForeign, DeploymentInvalid
 */
export async function openDeployment(place: Place, keyFile: string | null): Promise<Deployment> {
  const wallet = keyFile === null ? null : await readWallet(keyFile);
  const provider = await connect(place.rpcUrl);
  try {
    return await meet(place, provider, wallet);
  } catch (error) {
    provider.destroy();
    throw error;
  }
}

async function meet(
  place: Place,
  provider: JsonRpcProvider,
  wallet: Wallet | null,
): Promise<Deployment> {
  const { chainId } = await provider.getNetwork();
  if (place.chainId !== undefined && place.chainId !== chainId) {
    const message =
      `${place.rpcUrl} serves chain ${chainId}, the deployment is on chain ${place.chainId}; ` +
      "check --rpc and --addresses.";
    throw new AccountError("ChainForeign", message, { data: { chainId } });
  }
  const runner = wallet === null ? provider : wallet.connect(provider);
  const coordinator = new Contract(place.coordinator, inferenceCoordinatorAbi, runner);
  const { asset, modelRegistry, operatorRegistry } = await namedBy(coordinator, place);
  return {
    provider,
    chainId,
    startBlock: place.startBlock,
    account: wallet === null ? null : (wallet.address as Hex),
    asset: await readAsset(asset, provider),
    coordinator,
    operatorRegistry: new Contract(operatorRegistry, operatorRegistryAbi, runner),
    modelRegistry: new Contract(modelRegistry, modelRegistryAbi, runner),
    close: () => {
      provider.destroy();
    },
  };
}

async function namedBy(coordinator: Contract, { coordinator: address, rpcUrl }: Place) {
  try {
    const [asset, modelRegistry, operatorRegistry] = await Promise.all(
      ["asset", "modelRegistry", "operatorRegistry"].map((name) => view(coordinator, name)),
    );
    return {
      asset: String(asset),
      modelRegistry: String(modelRegistry),
      operatorRegistry: String(operatorRegistry),
    };
  } catch (cause) {
    const message =
      `There is no InferenceCoordinator at ${address} on the chain of ${rpcUrl}; ` +
      "check --addresses or --coordinator, and --rpc.";
    const data = { coordinator: address };
    throw new AccountError("DeploymentInvalid", message, { data, cause });
  }
}
