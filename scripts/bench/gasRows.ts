import { Contract, ZeroHash, type ContractTransactionReceipt, type Signer } from "ethers";
import hre from "hardhat";

import { claimProver, type ClaimProver } from "../../circuits/claim/claimProver.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { zkVerifierAbi } from "../../sdk/protocol/abi/zkVerifier.ts";
import { termsOf, type Terms } from "../../sdk/protocol/terms.ts";
import { encodeVerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { deployAssay, deployContract, type AssayAddresses } from "../deploy/deploy.ts";
import { enrolOperator } from "../deploy/enrolOperator.ts";
import { publishRelease } from "../deploy/publishRelease.ts";

/** One figure: what was done, and what the whole transaction cost. */
export interface GasRow {
  readonly key: string;
  readonly gas: number;
}

interface Bench {
  readonly addresses: AssayAddresses;
  readonly coordinator: Contract;
  readonly consumer: Contract;
  readonly prover: ClaimProver;
  readonly operatorId: bigint;
  readonly releaseId: Hex;
  readonly royaltyReleaseId: Hex;
  readonly signer: Signer;
  readonly terms: Terms;
}

interface Asked {
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
const INPUT = Uint8Array.from({ length: 128 }, (_, i) => i + 1);
const OUTPUT = Uint8Array.from({ length: 20 }, (_, i) => 3 * i + 1);

/** Runs each step on a fresh chain with Osaka rules, first as a first time, then in steady state. */
export async function measureGas(): Promise<readonly GasRow[]> {
  const bench = await startBench();
  const rows: GasRow[] = [];
  const note = (key: string, gas: bigint): void => void rows.push({ key, gas: Number(gas) });

  const first = await ask(bench, bench.releaseId);
  note("request: first of its consumer", first.receipt.gasUsed);
  note("fulfill: first of its operator", (await answer(bench, first)).gasUsed);

  const steady = await askDearest(bench, bench.releaseId);
  note("request: 128-byte input", steady.receipt.gasUsed);
  const fulfilled = await answer(bench, steady);
  note("fulfill: proof, 128-byte input, callback writes one new slot", fulfilled.gasUsed);

  const paying = { ...bench, terms: { ...bench.terms, maxGasPrice: 1_000_000_000n } };
  await answer(paying, await ask(paying, bench.royaltyReleaseId));
  const dearest = await askDearest(paying, bench.royaltyReleaseId);
  note("request: the same with royalty and gas reimbursed", dearest.receipt.gasUsed);
  note("fulfill: the same with royalty and refund", (await answer(paying, dearest)).gasUsed);

  note("request: the same paid with the value sent", await askWithValue(bench));
  note("verify: one proof alone", await verifyAlone(bench));
  note("register a verifying key", await registerOther(bench));
  return rows;
}

async function startBench(): Promise<Bench> {
  const { ethers } = await hre.network.create();
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
  const consumer = await deployContract(signer, "mocks/SlotConsumer", [addresses.coordinator, 2n]);
  const coordinator = new Contract(addresses.coordinator, inferenceCoordinatorAbi, signer);
  const value = 10n ** 18n;
  await coordinator.getFunction("deposit")(consumer, value, { value });
  const block = await ethers.provider.getBlock("latest");
  return {
    addresses,
    coordinator,
    consumer: new Contract(consumer, CONSUMER_ABI, signer),
    prover,
    operatorId,
    releaseId: plain.releaseId,
    royaltyReleaseId: royal.releaseId,
    signer,
    terms: termsOf({
      maxFee: 10n ** 16n,
      callbackGas: 60_000n,
      deadline: BigInt(block?.timestamp ?? 0) + 3_600n,
    }),
  };
}

async function ask(bench: Bench, releaseId: Hex, value = 0n): Promise<Asked> {
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

/** Both draws of a request may hit one ticket, which is cheaper; of a few, one hits two. */
async function askDearest(bench: Bench, releaseId: Hex, value = 0n): Promise<Asked> {
  let dearest = await ask(bench, releaseId, value);
  for (let i = 0; i < 4; i++) {
    const next = await ask(bench, releaseId, value);
    if (next.receipt.gasUsed > dearest.receipt.gasUsed) dearest = next;
  }
  return dearest;
}

async function answer(bench: Bench, asked: Asked): Promise<ContractTransactionReceipt> {
  const evidence = await proveFor(bench, asked);
  const transaction = await bench.coordinator.getFunction("fulfill")(
    asked.request,
    asked.assignment,
    { payee: bench.operatorId, input: INPUT, output: OUTPUT, evidence },
  );
  const receipt: ContractTransactionReceipt = await transaction.wait();
  const kept = await bench.consumer.getFunction("answers")(asked.requestId);
  if (kept === ZeroHash) throw new Error("The callback failed; the figure would mean nothing");
  return receipt;
}

function proveFor(bench: Bench, asked: Asked): Promise<Uint8Array> {
  const claim = { requestId: BigInt(asked.requestId), payee: bench.operatorId };
  return bench.prover.prove({ ...claim, input: INPUT, output: OUTPUT });
}

async function askWithValue(bench: Bench): Promise<bigint> {
  const fee = await bench.coordinator.getFunction("quote")(
    bench.releaseId,
    2n,
    INPUT.length,
    bench.terms,
  );
  return (await askDearest(bench, bench.releaseId, fee.total)).receipt.gasUsed;
}

/** The verifier called by itself, without the transaction's base cost and calldata. */
async function verifyAlone(bench: Bench): Promise<bigint> {
  const asked = await ask(bench, bench.releaseId);
  const verifier = new Contract(bench.addresses.zkVerifier, zkVerifierAbi, bench.signer);
  const claim = {
    requestId: asked.requestId,
    payee: bench.operatorId,
    releaseId: bench.releaseId,
    key: await keyAddress(bench, verifier),
    input: INPUT,
    output: OUTPUT,
  };
  const evidence = await proveFor(bench, asked);
  const data = verifier.interface.encodeFunctionData("verify", [claim, evidence]);
  const transaction = await bench.signer.sendTransaction({ to: verifier.target, data });
  const receipt = await transaction.wait();
  if (receipt === null) throw new Error("The verification was not mined");
  return receipt.gasUsed - intrinsicGas(data);
}

async function keyAddress(bench: Bench, verifier: Contract): Promise<string> {
  const key = encodeVerifyingKey(bench.prover.verifyingKey);
  const keyId = await verifier.getFunction("registerKey").staticCall(key);
  return verifier.getFunction("keyAddress")(keyId);
}

async function registerOther(bench: Bench): Promise<bigint> {
  const other = await claimProver("sixWordsOther");
  const verifier = new Contract(bench.addresses.zkVerifier, zkVerifierAbi, bench.signer);
  const key = encodeVerifyingKey(other.verifyingKey);
  const transaction = await verifier.getFunction("registerKey")(key);
  return (await transaction.wait()).gasUsed;
}

/** What a transaction costs before it executes: 21,000, and 4 or 16 a byte (EIP-2028). */
function intrinsicGas(data: string): bigint {
  const bytes = Buffer.from(data.slice(2), "hex");
  return 21_000n + bytes.reduce((gas, byte) => gas + (byte === 0 ? 4n : 16n), 0n);
}
