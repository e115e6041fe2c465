import { Contract, type Signer } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { verificationNumber, type Verification } from "../../sdk/protocol/verification.ts";
import type { AssayAddresses } from "./deploy.ts";

/** Per unit of a release's work, in the asset's smallest unit. */
export interface OperatorPrices {
  readonly computePrice: bigint;
  readonly proofPrice: bigint;
  readonly bytePrice: bigint;
}

/** Takes every request the coordinator accepts; the bond is the most that a listing can say. */
const NO_LIMITS = {
  minGasPrice: 0n,
  maxCallbackGas: 2_500_000n,
  maxInputLength: 24_576n,
  maxBond: 792n * 10n ** 26n,
};

/**
 * Registers the signer as an operator on a chain whose asset is its coin: bond, senders, prices, and
 * the releases it serves.
 * @param parameters.levels at which it serves each of them; by default Zk alone
 * @returns The operator's id: the last 8 bytes of the signer's address.
 */
export async function enrolOperator(parameters: {
  readonly signer: Signer;
  readonly addresses: AssayAddresses;
  readonly bond: bigint;
  readonly senders: readonly string[];
  readonly prices: OperatorPrices;
  readonly releaseIds: readonly Hex[];
  readonly levels?: readonly Verification[];
}): Promise<bigint> {
  const { signer, addresses, bond, prices } = parameters;
  const registry = new Contract(addresses.operatorRegistry, operatorRegistryAbi, signer);
  const operatorId = BigInt.asUintN(64, BigInt(await signer.getAddress()));
  const call = async (method: string, ...values: readonly unknown[]): Promise<void> => {
    const transaction = await registry.getFunction(method)(...values);
    await transaction.wait();
  };

  await call("registerOperator");
  await call("addBond", operatorId, bond, { value: bond });
  for (const sender of parameters.senders) await call("addSender", operatorId, sender);
  await call("setPrices", operatorId, prices);
  const { releaseIds, levels = ["Zk"] } = parameters;
  for (const level of levels.map(verificationNumber)) {
    for (const releaseId of releaseIds) {
      await call("startServing", operatorId, releaseId, level, NO_LIMITS);
    }
  }
  return operatorId;
}
