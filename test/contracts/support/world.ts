import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  Contract,
  keccak256,
  ZeroAddress,
  type BaseContractMethod,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type TransactionReceipt,
} from "ethers";
import hre from "hardhat";

import {
  claimProver,
  type ClaimCircuit,
  type ClaimProver,
} from "../../../circuits/claim/claimProver.ts";
import {
  DEVELOPMENT_PROFILE,
  deployAssay,
  deployContract,
  type AssayAddresses,
} from "../../../scripts/deploy/deploy.ts";
import type { DeploymentProfile } from "../../../scripts/deploy/profile.ts";
import { publishRelease } from "../../../scripts/deploy/publishRelease.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { keyStoreAbi } from "../../../sdk/protocol/abi/keyStore.ts";
import { modelRegistryAbi } from "../../../sdk/protocol/abi/modelRegistry.ts";
import { operatorRegistryAbi } from "../../../sdk/protocol/abi/operatorRegistry.ts";
import { zkVerifierAbi } from "../../../sdk/protocol/abi/zkVerifier.ts";
import type { Assignment } from "../../../sdk/protocol/assignment.ts";
import { termsOf, type Terms } from "../../../sdk/protocol/terms.ts";

export const network = await hre.network.create();
export const { ethers, networkHelpers } = network;

export const ETHER = 10n ** 18n;
export const GWEI = 10n ** 9n;
export const OPTIMISTIC = 0n;
export const ZK = 2n;
export const STATUS = {
  None: 0n,
  Open: 1n,
  Answered: 2n,
  Challenged: 3n,
  Finalized: 4n,
  Failed: 5n,
  Expired: 6n,
  Overturned: 7n,
} as const;
export const PRIMARY_WINDOW_SECONDS = 60n;
/** Units 3, 2, 1 at these prices. */
export const PRICES = {
  computePrice: 10n * GWEI,
  proofPrice: 100n * GWEI,
  bytePrice: 1_000n * GWEI,
};
export const PRICE = 3n * PRICES.computePrice + 2n * PRICES.proofPrice + PRICES.bytePrice;
export const CALLBACK_GAS = 400_000n;
/** Gas that is reimbursed for a proven answer of 20 bytes to an input of 128 (`FeeLib`). */
export const PROOF_GAS = 264_500n + 18n * 128n + 24n * 20n;
/** The same of a share of the escrow that goes to others, and of calling back. */
export const CREDIT_GAS = 5_500n;
export const CALL_GAS = 3_000n;

export const INPUT = Uint8Array.from({ length: 128 }, (_, i) => (7 * i) % 251);
/** Ten int16 logits; the greatest is the fourth. */
export const OUTPUT = Uint8Array.from({ length: 20 }, (_, i) => (i === 6 ? 9 : i % 2));

const provers = new Map<ClaimCircuit, Promise<ClaimProver>>();

/** Compiled and set up once for all tests of a run. */
export function proverOf(circuit: ClaimCircuit): Promise<ClaimProver> {
  const prover = provers.get(circuit) ?? claimProver(circuit);
  provers.set(circuit, prover);
  return prover;
}

/** Everything deployed: two operators serve `release`, the consumer does what a test tells it. */
export interface World {
  readonly owner: HardhatEthersSigner;
  readonly publisher: HardhatEthersSigner;
  readonly operator: HardhatEthersSigner;
  readonly rival: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
  readonly addresses: AssayAddresses;
  readonly coordinator: Contract;
  readonly models: Contract;
  readonly operators: Contract;
  readonly keys: Contract;
  readonly verifier: Contract;
  readonly consumer: Contract;
  readonly operatorId: bigint;
  readonly rivalId: bigint;
  /** Served by the operator alone. */
  readonly releaseId: Hex;
  /** The same with another key. */
  readonly otherReleaseId: Hex;
  /** The same with a royalty of 5 %. */
  readonly royalReleaseId: Hex;
}

export const RELEASE = {
  manifestDigest: `0x${"ab".repeat(32)}`,
  inputLength: INPUT.length,
  outputLength: OUTPUT.length,
  units: { compute: 3, proof: 2, byte: 1 },
  primaryWindowSeconds: PRIMARY_WINDOW_SECONDS,
} as const;

export interface WorldChoices {
  /** With a token as its asset the accounts must hold and have approved it. */
  readonly profile?: Partial<DeploymentProfile>;
  readonly prepare?: (addresses: AssayAddresses) => Promise<void>;
}

export const deployWorld = (): Promise<World> => buildWorld();

export async function buildWorld(choices: WorldChoices = {}): Promise<World> {
  const [owner, publisher, operator, rival, stranger] = await ethers.getSigners();
  if (!owner || !publisher || !operator || !rival || !stranger) throw new Error("no accounts");
  const profile = { ...DEVELOPMENT_PROFILE, ...choices.profile };
  const addresses = await deployAssay({ signer: owner, profile });
  await choices.prepare?.(addresses);
  const isCoin = profile.asset === ZeroAddress;
  const release = { ...RELEASE, verifyingKey: (await proverOf("sixWords")).verifyingKey };
  const otherKey = (await proverOf("sixWordsOther")).verifyingKey;
  const publish = async (version: string, changes: object = {}): Promise<Hex> => {
    const named = { name: "digits", version, release: { ...release, ...changes } };
    return (await publishRelease({ signer: publisher, addresses, ...named })).releaseId;
  };
  const releaseId = await publish("1.0.0");
  const otherReleaseId = await publish("1.1.0", { verifyingKey: otherKey });
  const royalReleaseId = await publish("1.2.0", { royaltyBps: 500n });
  const operators = new Contract(addresses.operatorRegistry, operatorRegistryAbi, owner);
  const releaseIds = [releaseId, otherReleaseId, royalReleaseId];
  const operatorId = await enrol(operators, operator, isCoin, releaseIds);
  const rivalId = await enrol(operators, rival, isCoin, []);
  const consumer = await deployContract(owner, "mocks/HostileConsumer", []);
  const coordinator = new Contract(addresses.coordinator, inferenceCoordinatorAbi, owner);
  const value = isCoin ? ETHER : 0n;
  await send(coordinator, "deposit", [consumer, ETHER, { value }]);
  return {
    owner,
    publisher,
    operator,
    rival,
    stranger,
    addresses,
    coordinator,
    models: new Contract(addresses.modelRegistry, modelRegistryAbi, owner),
    operators,
    keys: new Contract(addresses.keyStore, keyStoreAbi, owner),
    verifier: new Contract(addresses.zkVerifier, zkVerifierAbi, owner),
    consumer: await ethers.getContractAt("HostileConsumer", consumer, owner),
    operatorId,
    rivalId,
    releaseId,
    otherReleaseId,
    royalReleaseId,
  };
}

async function enrol(
  operators: Contract,
  signer: HardhatEthersSigner,
  isCoin: boolean,
  releaseIds: readonly Hex[],
): Promise<bigint> {
  const registry = as(operators, signer);
  const id = BigInt.asUintN(64, BigInt(signer.address));
  const limits = {
    minGasPrice: 0n,
    maxCallbackGas: 2_500_000n,
    maxInputLength: 24_576n,
    maxBond: 0n,
  };
  await send(registry, "registerOperator", []);
  await send(registry, "addBond", [id, ETHER, { value: isCoin ? ETHER : 0n }]);
  await send(registry, "addSender", [id, signer.address]);
  await send(registry, "setPrices", [id, PRICES]);
  for (const releaseId of releaseIds) {
    await send(registry, "startServing", [id, releaseId, ZK, limits]);
  }
  return id;
}

/** The contract as another account calls it. */
export function as(contract: Contract, signer: HardhatEthersSigner): Contract {
  return contract.connect(signer) as Contract;
}

/** The receipt of a transaction, which must be mined. */
export async function mined<Receipt>(transaction: {
  wait(): Promise<Receipt | null>;
}): Promise<Receipt> {
  const receipt = await transaction.wait();
  if (receipt === null) throw new Error("the transaction was not mined");
  return receipt;
}

/** Sends a transaction to a contract and waits for its receipt. */
export async function send(
  contract: Contract,
  method: string,
  parameters: readonly unknown[],
): Promise<ContractTransactionReceipt> {
  return mined(await contract.getFunction(method)(...parameters));
}

/** What ethers says of a value it decoded: anything. */
type ContractValue = Awaited<ReturnType<BaseContractMethod["staticCall"]>>;

/** Reads from a contract. */
export async function read(
  contract: Contract,
  method: string,
  ...parameters: readonly unknown[]
): Promise<ContractValue> {
  return contract.getFunction(method).staticCall(...parameters);
}

/** Fixes the time of the next block, which else follows the clock. */
export async function atNextSecond(): Promise<number> {
  const next = (await networkHelpers.time.latest()) + 1;
  await networkHelpers.time.setNextBlockTimestamp(next);
  return next;
}

export async function defaultTerms(changes: Partial<Terms> = {}): Promise<Terms> {
  const now = BigInt(await networkHelpers.time.latest());
  return termsOf({
    maxFee: ETHER,
    callbackGas: CALLBACK_GAS,
    deadline: now + 3_600n,
    ...changes,
  });
}

/** A request that was taken, with what later steps ask for. */
export interface Asked {
  readonly receipt: TransactionReceipt;
  readonly requestId: Hex;
  readonly request: { readonly inputHash: Hex; readonly terms: Terms } & Record<string, unknown>;
  readonly assignment: Assignment;
  readonly input: Uint8Array;
}

export interface Asking {
  readonly releaseId?: Hex;
  readonly level?: bigint;
  readonly input?: Uint8Array;
  readonly terms?: Partial<Terms>;
  readonly value?: bigint;
}

/** Calldata of `requestInference`. */
export async function askingData(world: World, asking: Asking = {}): Promise<string> {
  const { releaseId = world.releaseId, level = ZK, input = INPUT } = asking;
  return world.coordinator.interface.encodeFunctionData("requestInference", [
    releaseId,
    level,
    input,
    await defaultTerms(asking.terms),
  ]);
}

/** The consumer asks; the promise is that of the transaction. */
export async function asks(
  world: World,
  asking: Asking = {},
): Promise<ContractTransactionResponse> {
  const data = await askingData(world, asking);
  const value = asking.value ?? 0n;
  return world.consumer.getFunction("execute")(world.addresses.coordinator, data, { value });
}

/** The consumer asks and the request is taken. */
export async function ask(world: World, asking: Asking = {}): Promise<Asked> {
  const transaction = await asks(world, asking);
  return askedIn(world, await mined(transaction), asking.input);
}

/** What the first `InferenceRequested` event in this transaction says. */
export function askedIn(
  world: World,
  receipt: TransactionReceipt,
  input: Uint8Array = INPUT,
): Asked {
  const [asked] = allAskedIn(world, receipt, input);
  if (asked === undefined) throw new Error("no InferenceRequested in this transaction");
  return asked;
}

/** Every request that this transaction took, in order. */
export function allAskedIn(
  world: World,
  receipt: TransactionReceipt,
  input: Uint8Array = INPUT,
): readonly Asked[] {
  return receipt.logs.flatMap((log) => {
    const parsed = world.coordinator.interface.parseLog(log);
    if (parsed?.name !== "InferenceRequested") return [];
    const { requestId } = parsed.args;
    const request = parsed.args["request"].toObject(true);
    const assignment = parsed.args["assignment"].toObject(true);
    return [{ receipt, requestId, request, assignment, input }];
  });
}

export interface Answering {
  readonly payee?: bigint;
  readonly output?: Uint8Array;
  readonly input?: Uint8Array;
  readonly evidence?: Uint8Array;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly assignment?: Readonly<Record<string, unknown>>;
  readonly circuit?: ClaimCircuit;
  readonly gasLimit?: bigint;
  readonly gasPrice?: bigint;
  readonly from?: HardhatEthersSigner;
}

/** Sends an answer with a real proof of it; the promise is that of the transaction. */
export async function answers(
  world: World,
  asked: Asked,
  answering: Answering = {},
): Promise<ContractTransactionResponse> {
  const { payee = world.operatorId, output = OUTPUT, input = asked.input } = answering;
  const evidence = answering.evidence ?? (await proofFor(world, asked, answering));
  const coordinator = as(world.coordinator, answering.from ?? world.operator);
  const { gasLimit, gasPrice } = answering;
  const overrides = {
    ...(gasLimit === undefined ? {} : { gasLimit }),
    ...(gasPrice === undefined ? {} : { gasPrice }),
  };
  return coordinator.getFunction("fulfill")(
    { ...asked.request, ...answering.request },
    { ...asked.assignment, ...answering.assignment },
    { payee, input, output, evidence },
    overrides,
  );
}

/** The same, mined. */
export async function answer(
  world: World,
  asked: Asked,
  answering: Answering = {},
): Promise<ContractTransactionReceipt> {
  return mined(await answers(world, asked, answering));
}

/** A real proof that this input gives this output, bound to request and payee. */
export async function proofFor(
  world: World,
  asked: Asked,
  answering: Answering = {},
): Promise<Uint8Array> {
  const prover = await proverOf(answering.circuit ?? "sixWords");
  return prover.prove({
    requestId: BigInt(asked.requestId),
    payee: answering.payee ?? world.operatorId,
    input: answering.input ?? asked.input,
    output: answering.output ?? OUTPUT,
  });
}

export function outputDigest(output: Uint8Array): string {
  return keccak256(output).slice(0, 52);
}
