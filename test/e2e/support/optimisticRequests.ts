import { Contract, Interface, type TransactionResponse } from "ethers";
import { z } from "zod";

import type { Hex } from "../../../orchestrator/domain/ports.ts";
import { deployContract } from "../../../scripts/deploy/deploy.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { operatorRegistryAbi } from "../../../sdk/protocol/abi/operatorRegistry.ts";
import { DELIVERY, termsOf } from "../../../sdk/protocol/terms.ts";
import { verificationNumber } from "../../../sdk/protocol/verification.ts";
import type { Bench } from "./bench.ts";
import { account } from "./secondOperator.ts";

const coordinator = new Interface(inferenceCoordinatorAbi);
const consumerAbi = new Interface([
  "function ask(bytes32, bytes, tuple(uint256 maxFee, uint256 maxGasPrice, uint256 callbackGas, uint256 deadline, uint8 delivery, uint256 minBond, uint256 minGrade, uint256 operatorId, bytes32 measurement)) payable returns (bytes32)",
  "function answers(bytes32) view returns (bytes32)",
]);
const asRequest = z.object({
  requestId: z.custom<Hex>((value) => typeof value === "string"),
  request: z.unknown(),
  assignment: z.unknown(),
});
const agreed = z.object({
  bond: z.bigint(),
  price: z.bigint(),
  escrow: z.bigint(),
  outputLength: z.bigint(),
});
const held = z
  .tuple([z.bigint(), z.bigint()], z.unknown())
  .transform(([amount, locked]) => ({ amount, locked }));
const STATUSES = [
  "None",
  "Open",
  "Answered",
  "Challenged",
  "Finalized",
  "Failed",
  "Expired",
  "Overturned",
] as const;
const GWEI = 10n ** 9n;
const SECONDS_TO_ANSWER = 3_600;

/** A request at level Optimistic, as its event told it. */
export interface OptimisticRequest {
  readonly requestId: Hex;
  readonly bond: bigint;
  readonly price: bigint;
  readonly escrow: bigint;
  readonly outputLength: bigint;
  /** As the coordinator's functions take them. */
  readonly request: unknown;
  readonly assignment: unknown;
}

/** A contract that asks at level Optimistic and keeps the hash of what it is told. */
export function deployConsumer({ network }: Bench): Promise<string> {
  const level = verificationNumber("Optimistic");
  return deployContract(network.user, "mocks/SlotConsumer", [network.addresses.coordinator, level]);
}

export async function askOptimistic(
  { network, releaseId, images }: Bench,
  consumer: string,
  input: {
    readonly index: number;
    readonly delivery: keyof typeof DELIVERY;
    /** Who alone may answer; by default anybody. */
    readonly operatorId?: bigint;
  },
): Promise<OptimisticRequest> {
  const block = await network.provider.getBlock("latest");
  const { operatorId = 0n } = input;
  const terms = termsOf({
    maxFee: 10n ** 17n,
    maxGasPrice: 50n * GWEI,
    callbackGas: 100_000n,
    deadline: BigInt((block?.timestamp ?? 0) + SECONDS_TO_ANSWER),
    delivery: DELIVERY[input.delivery],
    operatorId,
  });
  const contract = new Contract(consumer, consumerAbi, network.user);
  const image = Uint8Array.from(images[input.index] ?? []);
  const ask = contract.getFunction("ask");
  // The limit is stated: an estimate would be made against another state of the balances.
  const options = { value: terms.maxFee, gasLimit: 1_000_000n };
  const sent = (await ask(releaseId, image, terms, options)) as TransactionResponse;
  const receipt = await sent.wait();
  const events = (receipt?.logs ?? []).map((log) => coordinator.parseLog(log));
  const asked = events.find((event) => event?.name === "InferenceRequested");
  if (!asked) throw new Error(`transaction ${sent.hash} asked for nothing`);
  const { requestId, request, assignment } = asRequest.parse(asked.args.toObject(true));
  const { bond, price, escrow, outputLength } = agreed.parse(assignment);
  return { requestId, bond, price, escrow, outputLength, request, assignment };
}

/** keccak256 of the output that the consumer was told; null before its callback. */
export async function outputHeardBy(
  { network }: Bench,
  consumer: string,
  requestId: Hex,
): Promise<string | null> {
  const contract = new Contract(consumer, consumerAbi, network.provider);
  const hash = (await contract.getFunction("answers")(requestId)) as string;
  return BigInt(hash) === 0n ? null : hash;
}

export async function statusOf({ network }: Bench, requestId: Hex): Promise<string> {
  const contract = new Contract(network.addresses.coordinator, coordinator, network.provider);
  const status = (await contract.getFunction("requestStatus")(requestId)) as bigint;
  return STATUSES[Number(status)] ?? "None";
}

/** Bond of an operator, by default the bench's own. */
export async function bondOf(
  { network }: Bench,
  operatorId: bigint = network.operatorId,
): Promise<{ readonly amount: bigint; readonly locked: bigint }> {
  const registry = network.addresses.operatorRegistry;
  const contract = new Contract(registry, operatorRegistryAbi, network.provider);
  return held.parse(await contract.getFunction("bondOf")(operatorId));
}

/** Balance of an account in the coordinator. */
export async function balanceOf({ network }: Bench, account: string): Promise<bigint> {
  const contract = new Contract(network.addresses.coordinator, coordinator, network.provider);
  return (await contract.getFunction("balanceOf")(account)) as bigint;
}

export async function earningsOf({ network }: Bench, operatorId: bigint): Promise<bigint> {
  const contract = new Contract(network.addresses.coordinator, coordinator, network.provider);
  return (await contract.getFunction("earningsOf")(operatorId)) as bigint;
}

/** What an account of the embedded chain has paid for gas, if it sent no coins. */
export async function gasPaid({ network }: Bench, address: string): Promise<bigint> {
  return 10_000n * 10n ** 18n - (await network.provider.getBalance(address));
}

/** Revokes the verifier that judges optimistic answers, as the owner may at any time. */
export async function revokeJudge(bench: Bench): Promise<void> {
  const { coordinator: address } = bench.network.addresses;
  const contract = new Contract(address, coordinator, account(bench, 0));
  const level = verificationNumber("Optimistic");
  const id = (await contract.getFunction("currentVerifier")(level)) as bigint;
  const sent = (await contract.getFunction("revokeVerifier")(id)) as TransactionResponse;
  await sent.wait();
}
