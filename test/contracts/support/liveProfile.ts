import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Contract, keccak256, type ContractTransactionReceipt } from "ethers";
import hre from "hardhat";

import { deployContract } from "../../../scripts/deploy/deploy.ts";
import { deployWithIgnition } from "../../../scripts/deploy/ignition/deployWithIgnition.ts";
import { publishRelease } from "../../../scripts/deploy/publishRelease.ts";
import { profileIn, type DeploymentRecord } from "../../../scripts/deploy/record.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { ceremonyBookAbi } from "../../../sdk/protocol/abi/ceremonyBook.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { modelRegistryAbi } from "../../../sdk/protocol/abi/modelRegistry.ts";
import { operatorRegistryAbi } from "../../../sdk/protocol/abi/operatorRegistry.ts";
import { termsOf, type Terms } from "../../../sdk/protocol/terms.ts";
import { encodeVerifyingKey } from "../../../sdk/protocol/verifyingKey.ts";
import { hashNamed, keyIdOf, signs } from "./ceremony.ts";
import { as, CALLBACK_GAS, ETHER, INPUT, PRICES, proverOf, RELEASE, send } from "./world.ts";

const LIMITS = { minGasPrice: 0n, maxCallbackGas: 2_500_000n, maxInputLength: 24_576n };

/** A production profile on a chain of its own, with everybody it needs. */
export interface LiveProfile {
  readonly connection: Awaited<ReturnType<typeof hre.network.create>>;
  readonly record: DeploymentRecord;
  readonly coordinator: Contract;
  readonly models: Contract;
  readonly operators: Contract;
  readonly book: Contract;
  readonly consumer: Contract;
  readonly guardian: HardhatEthersSigner;
  readonly nextOwner: HardhatEthersSigner;
  readonly publisher: HardhatEthersSigner;
  readonly operator: HardhatEthersSigner;
  readonly operatorId: bigint;
  readonly contributors: readonly HardhatEthersSigner[];
}

/** keccak256(alpha, beta, gamma) of the development keys: what a profile can pin on a local chain. */
export async function developmentSetup(): Promise<string> {
  const { verifyingKey } = await proverOf("sixWords");
  return keccak256(encodeVerifyingKey(verifyingKey).subarray(0, 320));
}

/** Deploys a profile through Ignition; the next owner accepts, an operator bonds himself. */
export async function startProfile(
  profileName: "l1" | "l2",
  networkName: "default" | "rollup",
): Promise<LiveProfile> {
  const connection = await hre.network.create(networkName);
  const [deployer, publisher, operator, guardian, nextOwner, ...contributors] =
    await connection.ethers.getSigners();
  if (!deployer || !publisher || !operator || !guardian || !nextOwner)
    throw new Error("no accounts");
  const pinnedSetup = await developmentSetup();
  const choices = { pinnedSetup, guardian: guardian.address, nextOwner: nextOwner.address };
  const record = await deployWithIgnition({ connection, profileName, choices });
  const coordinator = new Contract(record.coordinator, inferenceCoordinatorAbi, deployer);
  const book = new Contract(record.ceremonyBook, ceremonyBookAbi, nextOwner);
  for (const contract of [coordinator, book])
    await send(as(contract, nextOwner), "acceptOwnership", []);
  const consumer = await deployContract(deployer, "mocks/HostileConsumer", []);
  await send(coordinator, "deposit", [consumer, 50n * ETHER, { value: 50n * ETHER }]);
  return {
    connection,
    record,
    coordinator,
    models: new Contract(record.modelRegistry, modelRegistryAbi, publisher),
    operators: new Contract(record.operatorRegistry, operatorRegistryAbi, operator),
    book,
    consumer: await connection.ethers.getContractAt("HostileConsumer", consumer, deployer),
    guardian,
    nextOwner,
    publisher,
    operator,
    operatorId: BigInt.asUintN(64, BigInt(operator.address)),
    contributors: contributors.slice(0, 3),
  };
}

/** The next owner recognises the contributors, and each signs for the key once that counts. */
export async function holdCeremony(live: LiveProfile): Promise<void> {
  const keyId = await keyIdOf();
  for (const { address } of live.contributors)
    await send(live.book, "proposeContributor", [address]);
  const { recognitionDelaySeconds } = profileIn(live.record);
  await live.connection.networkHelpers.time.increase(recognitionDelaySeconds);
  const place = { chainId: BigInt(live.record.chainId), book: live.record.ceremonyBook as Hex };
  for (const signer of live.contributors) {
    const contributionHash = hashNamed(signer.address);
    const signature = await signs(signer, place, { keyId, contributionHash });
    const values = [keyId, signer.address, contributionHash, signature];
    await send(live.book, "recordContribution", values);
  }
}

/** Publishes a release at both levels. */
export async function publishes(live: LiveProfile): Promise<Hex> {
  const { verifyingKey } = await proverOf("sixWords");
  const { releaseId } = await publishRelease({
    signer: live.publisher,
    addresses: live.record,
    name: "digits",
    version: "1.0.0",
    release: { ...RELEASE, verifyingKey, levels: ["Optimistic", "Zk"] },
  });
  return releaseId;
}

/** The operator puts up the profile's least bond and serves a release at both levels. */
export async function serves(live: LiveProfile, releaseId: Hex): Promise<void> {
  const { operators, operatorId, operator } = live;
  const { minBond } = profileIn(live.record);
  await send(operators, "registerOperator", []);
  await send(operators, "addBond", [operatorId, minBond, { value: minBond }]);
  await send(operators, "addSender", [operatorId, operator.address]);
  await send(operators, "setPrices", [operatorId, PRICES]);
  for (const level of [0n, 2n]) {
    const limits = { ...LIMITS, maxBond: minBond };
    await send(operators, "startServing", [operatorId, releaseId, level, limits]);
  }
}

/** Values of the one event of this name in a transaction. */
export function eventIn(
  coordinator: Contract,
  receipt: ContractTransactionReceipt,
  name: string,
): Readonly<Record<string, unknown>> {
  for (const log of receipt.logs) {
    const parsed = coordinator.interface.parseLog(log);
    if (parsed?.name === name) return parsed.args.toObject(true);
  }
  throw new Error(`no ${name} in this transaction`);
}

export async function termsFor(live: LiveProfile, changes: Partial<Terms>): Promise<Terms> {
  const now = BigInt(await live.connection.networkHelpers.time.latest());
  return termsOf({
    maxFee: 10n * ETHER,
    callbackGas: CALLBACK_GAS,
    deadline: now + 86_400n,
    ...changes,
  });
}

/** The consumer asks at a level; what the event says. */
export async function asksLive(
  live: LiveProfile,
  asking: { readonly releaseId: Hex; readonly level: bigint; readonly terms: Terms },
): Promise<Readonly<Record<string, unknown>>> {
  const data = live.coordinator.interface.encodeFunctionData("requestInference", [
    asking.releaseId,
    asking.level,
    INPUT,
    asking.terms,
  ]);
  const receipt = await send(live.consumer, "execute", [live.record.coordinator, data]);
  return eventIn(live.coordinator, receipt, "InferenceRequested");
}
