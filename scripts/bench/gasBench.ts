import { Contract, ZeroHash, type ContractTransactionReceipt, type Signer } from "ethers";
import hre from "hardhat";

import { claimProver, type ClaimProver } from "../../circuits/claim/claimProver.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { termsOf, type Terms } from "../../sdk/protocol/terms.ts";
import { deployAssay, deployContract, type AssayAddresses } from "../deploy/deploy.ts";
import { enrolOperator } from "../deploy/enrolOperator.ts";
import { publishRelease } from "../deploy/publishRelease.ts";

/** Everything deployed on a fresh chain: one operator, and the least a consumer does. */
export interface GasBench {
  readonly addresses: AssayAddresses;
  readonly coordinator: Contract;
  readonly consumer: Contract;
  readonly prover: ClaimProver;
  readonly operatorId: bigint;
  /** Asked at both levels. */
  readonly releaseId: Hex;
  readonly royaltyReleaseId: Hex;
  readonly level: bigint;
  readonly network: GasNetwork;
  readonly signer: Signer;
  readonly terms: Terms;
}

/** A request that was taken, with what later steps ask for. */
export interface Asked {
  readonly receipt: ContractTransactionReceipt;
  readonly requestId: Hex;
  readonly request: unknown;
  readonly assignment: unknown;
}

const TERMS =
  "tuple(uint256 maxFee, uint256 maxGasPrice, uint256 callbackGas, uint256 deadline, uint8 delivery, " +
  "uint256 minBond, uint256 minGrade, uint256 operatorId, bytes32 measurement)";
const CONSUMER_ABI = [
  `function ask(bytes32 releaseId, bytes input, ${TERMS} terms) payable returns (bytes32)`,
  "function answers(bytes32 requestId) view returns (bytes32)",
];

/** Sixty-four int16 pixels without a zero byte, and ten int16 logits: calldata at its dearest. */
export const INPUT = Uint8Array.from({ length: 128 }, (_, i) => i + 1);
export const OUTPUT = Uint8Array.from({ length: 20 }, (_, i) => 3 * i + 1);

export const LEVEL = { Optimistic: 0n, Zk: 2n } as const;

type GasNetwork = Awaited<ReturnType<typeof hre.network.create>>;

/** Deploys everything for requests at one level. */
export async function startGasBench(level: bigint): Promise<GasBench> {
  const network = await hre.network.create();
  const { ethers } = network;
  const [signer] = await ethers.getSigners();
  if (signer === undefined) throw new Error("The simulated chain has no accounts");
  const addresses = await deployAssay({ signer });
  const prover = await claimProver("sixWords");
  const release = {
    manifestDigest: `0x${"ab".repeat(32)}`,
    inputLength: INPUT.length,
    outputLength: OUTPUT.length,
    units: { compute: 3, proof: 2, byte: 1 },
    primaryWindowSeconds: 60n,
    verifyingKey: prover.verifyingKey,
    levels: ["Optimistic", "Zk"],
  } as const;
  const common = { signer, addresses, name: "bench" };
  const plain = await publishRelease({ ...common, version: "1.0.0", release });
  const withRoyalty = { ...release, royaltyBps: 500n };
  const royal = await publishRelease({ ...common, version: "1.0.1", release: withRoyalty });
  const operatorId = await enrolOperator({
    signer,
    addresses,
    // Eight tickets, so that two draws seldom hit the same one.
    bond: 4n * 10n ** 18n,
    senders: [await signer.getAddress()],
    prices: { computePrice: 10n ** 9n, proofPrice: 10n ** 9n, bytePrice: 10n ** 9n },
    releaseIds: [plain.releaseId, royal.releaseId],
  });
  await serveOptimistically(signer, addresses, operatorId, [plain.releaseId, royal.releaseId]);
  const consumer = await deployContract(signer, "mocks/SlotConsumer", [
    addresses.coordinator,
    level,
  ]);
  const coordinator = new Contract(addresses.coordinator, inferenceCoordinatorAbi, signer);
  const value = 10n ** 18n;
  await coordinator.getFunction("deposit")(consumer, value, { value });
  const block = await ethers.provider.getBlock("latest");
  return {
    addresses,
    coordinator,
    consumer: new Contract(consumer, CONSUMER_ABI, signer),
    prover,
    level,
    network,
    operatorId,
    releaseId: plain.releaseId,
    royaltyReleaseId: royal.releaseId,
    signer,
    terms: termsOf({
      maxFee: 10n ** 16n,
      callbackGas: 60_000n,
      deadline: BigInt(block?.timestamp ?? 0) + 20n * 86_400n,
    }),
  };
}

export async function ask(bench: GasBench, releaseId: Hex, value = 0n): Promise<Asked> {
  const transaction = await bench.consumer.getFunction("ask")(releaseId, INPUT, bench.terms, {
    value,
  });
  const receipt: ContractTransactionReceipt = await transaction.wait();
  for (const log of receipt.logs) {
    const parsed = bench.coordinator.interface.parseLog(log);
    if (parsed?.name !== "InferenceRequested") continue;
    const { requestId, request, assignment } = parsed.args;
    // ethers freezes what it decodes, and cannot encode frozen arrays.
    const plain = { request: request.toArray(true), assignment: assignment.toArray(true) };
    return { receipt, requestId, ...plain };
  }
  throw new Error("The request left no InferenceRequested event");
}

async function serveOptimistically(
  signer: Signer,
  addresses: AssayAddresses,
  operatorId: bigint,
  releaseIds: readonly Hex[],
): Promise<void> {
  const registry = new Contract(addresses.operatorRegistry, operatorRegistryAbi, signer);
  const limits = {
    minGasPrice: 0n,
    maxCallbackGas: 2_500_000n,
    maxInputLength: 24_576n,
    maxBond: 10n ** 18n,
  };
  for (const releaseId of releaseIds) {
    await registry.getFunction("startServing")(operatorId, releaseId, LEVEL.Optimistic, limits);
  }
}

/** Both draws of a request may hit one ticket, which is cheaper; of a few, one hits two. */
export async function askDearest(bench: GasBench, releaseId: Hex, value = 0n): Promise<Asked> {
  let dearest = await ask(bench, releaseId, value);
  for (let i = 0; i < 4; i++) {
    const next = await ask(bench, releaseId, value);
    if (next.receipt.gasUsed > dearest.receipt.gasUsed) dearest = next;
  }
  return dearest;
}

export async function answer(bench: GasBench, asked: Asked): Promise<ContractTransactionReceipt> {
  const isProven = bench.level === LEVEL.Zk;
  const evidence = isProven ? await proveFor(bench, asked) : "0x";
  const transaction = await bench.coordinator.getFunction("fulfill")(
    asked.request,
    asked.assignment,
    { payee: bench.operatorId, input: isProven ? INPUT : "0x", output: OUTPUT, evidence },
  );
  const receipt: ContractTransactionReceipt = await transaction.wait();
  const kept = await bench.consumer.getFunction("answers")(asked.requestId);
  if (kept === ZeroHash) throw new Error("The callback failed; the figure would mean nothing");
  return receipt;
}

export function proveFor(bench: GasBench, asked: Asked): Promise<Uint8Array> {
  const claim = { requestId: BigInt(asked.requestId), payee: bench.operatorId };
  return bench.prover.prove({ ...claim, input: INPUT, output: OUTPUT });
}
