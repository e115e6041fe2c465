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
  readonly coordinator: string;
  /** Names the coordinator, the model registry and the asset. */
  readonly operatorRegistry: string;
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
 * Opens a deployment, and checks that its contracts belong together.
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
  const operatorRegistry = new Contract(place.operatorRegistry, operatorRegistryAbi, runner);
  const { asset, modelRegistry } = await namedBy(operatorRegistry, place);
  return {
    provider,
    chainId,
    startBlock: place.startBlock,
    account: wallet === null ? null : (wallet.address as Hex),
    asset: await readAsset(asset, provider),
    coordinator,
    operatorRegistry,
    modelRegistry: new Contract(modelRegistry, modelRegistryAbi, runner),
    close: () => {
      provider.destroy();
    },
  };
}

/** The registry is asked: it names the coordinator for ever, and the rest of the deployment. */
async function namedBy(
  registry: Contract,
  { coordinator, operatorRegistry, rpcUrl }: Place,
): Promise<{ readonly asset: string; readonly modelRegistry: string }> {
  const data = { coordinator, operatorRegistry };
  let named: readonly unknown[];
  try {
    const views = ["coordinator", "asset", "modelRegistry"].map((name) => view(registry, name));
    named = await Promise.all(views);
  } catch (cause) {
    const message =
      `There is no OperatorRegistry at ${operatorRegistry} on the chain of ${rpcUrl}; ` +
      "check --addresses or --operator-registry, and --rpc.";
    throw new AccountError("DeploymentInvalid", message, { data, cause });
  }
  const [owner, asset, modelRegistry] = named.map(String);
  if (owner?.toLowerCase() === coordinator.toLowerCase()) {
    return { asset: asset ?? "", modelRegistry: modelRegistry ?? "" };
  }
  const message =
    `The OperatorRegistry at ${operatorRegistry} belongs to the coordinator ${owner}, ` +
    `not to ${coordinator}; name contracts of one deployment.`;
  throw new AccountError("DeploymentInvalid", message, { data });
}
