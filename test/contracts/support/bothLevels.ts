import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionReceipt, TransactionReceipt } from "ethers";

import { DEVELOPMENT_PROFILE } from "../../../scripts/deploy/deploy.ts";
import { publishRelease } from "../../../scripts/deploy/publishRelease.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import {
  allAskedIn,
  as,
  ask,
  defaultTerms,
  deployWorld,
  ETHER,
  INPUT,
  OUTPUT,
  proofFor,
  proverOf,
  RELEASE,
  send,
  ZK,
  type Asked,
  type Asking,
  type World,
} from "./world.ts";

export const OPTIMISTIC = 0n;
export const ANSWERED = 2n;
export const BOND = DEVELOPMENT_PROFILE.leastAnswerBond;
export const WINDOW_SECONDS = DEVELOPMENT_PROFILE.challengeWindowSeconds;

/** A world with one more release, which the operator serves at both levels. */
export interface BothLevels extends World {
  readonly bothId: Hex;
}

export const deployBothLevels = async (): Promise<BothLevels> =>
  withBothLevels(await deployWorld());

export async function withBothLevels(world: World): Promise<BothLevels> {
  const { verifyingKey } = await proverOf("sixWords");
  const levels = ["Optimistic", "Zk"] as const;
  const { releaseId: bothId } = await publishRelease({
    signer: world.publisher,
    addresses: world.addresses,
    name: "digits",
    version: "3.0.0",
    release: { ...RELEASE, verifyingKey, levels },
  });
  const registry = as(world.operators, world.operator);
  const limits = {
    minGasPrice: 0n,
    maxCallbackGas: 2_500_000n,
    maxInputLength: 24_576n,
    maxBond: ETHER,
  };
  for (const level of [OPTIMISTIC, ZK]) {
    await send(registry, "startServing", [world.operatorId, bothId, level, limits]);
  }
  return { ...world, bothId };
}

/** The consumer asks for an optimistic answer. */
export const askOptimistic = (world: BothLevels, asking: Asking = {}): Promise<Asked> =>
  ask(world, { releaseId: world.bothId, level: OPTIMISTIC, ...asking });

/** Items of `requestMany`, each the same but for what is given. */
export async function itemsOf(
  world: BothLevels,
  askings: readonly Asking[],
): Promise<readonly object[]> {
  const terms = await defaultTerms();
  return askings.map((asking) => ({
    releaseId: asking.releaseId ?? world.bothId,
    level: asking.level ?? ZK,
    input: asking.input ?? INPUT,
    terms: { ...terms, ...asking.terms },
  }));
}

/** Calldata of `requestMany`. */
export async function manyData(world: BothLevels, askings: readonly Asking[]): Promise<string> {
  const items = await itemsOf(world, askings);
  return world.coordinator.interface.encodeFunctionData("requestMany", [items]);
}

/** The consumer asks many at once, and all are taken. */
export async function askMany(
  world: BothLevels,
  askings: readonly Asking[],
): Promise<readonly Asked[]> {
  const data = await manyData(world, askings);
  return allAskedIn(
    world,
    await send(world.consumer, "execute", [world.addresses.coordinator, data]),
  );
}

/** What `fulfillBatch` takes for one request: an answer with a real proof. */
export async function provenItem(
  world: World,
  asked: Asked,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<object> {
  const evidence = changes["evidence"] ?? (await proofFor(world, asked));
  const answer = { payee: world.operatorId, input: INPUT, output: OUTPUT, ...changes, evidence };
  return { request: asked.request, assignment: asked.assignment, answer };
}

/** The same for an answer that stands on a bond. */
export function bondedItem(world: World, asked: Asked, output: Uint8Array = OUTPUT): object {
  const answer = { payee: world.operatorId, input: "0x", output, evidence: "0x" };
  return { request: asked.request, assignment: asked.assignment, answer };
}

/** Records of the optimistic answers in this transaction, by request. */
export function recordsIn(world: World, receipt: TransactionReceipt): ReadonlyMap<Hex, object> {
  const records = new Map<Hex, object>();
  for (const log of receipt.logs) {
    const parsed = world.coordinator.interface.parseLog(log);
    if (parsed?.name !== "RequestAnswered") continue;
    records.set(parsed.args["requestId"] as Hex, parsed.args["record"].toObject(true) as object);
  }
  return records;
}

/** What `finalizeMany` takes for one answer. */
export function finalItem(
  asked: Asked,
  records: ReadonlyMap<Hex, object>,
  output: Uint8Array = OUTPUT,
): object {
  const record = records.get(asked.requestId);
  if (record === undefined) throw new Error("this request has no answer");
  return { request: asked.request, assignment: asked.assignment, record, output };
}

/** The operator sends a batch. */
export async function fulfillBatch(
  world: World,
  items: readonly object[],
  from: HardhatEthersSigner = world.operator,
): Promise<ContractTransactionReceipt> {
  return send(as(world.coordinator, from), "fulfillBatch", [items]);
}

/** Names of the errors by which items of this batch failed, by request. */
export function failuresIn(world: World, receipt: TransactionReceipt): ReadonlyMap<string, string> {
  const failures = new Map<string, string>();
  for (const log of receipt.logs) {
    const parsed = world.coordinator.interface.parseLog(log);
    if (parsed?.name !== "BatchItemFailed") continue;
    const reason = parsed.args["reason"] as string;
    const error =
      world.coordinator.interface.parseError(reason) ??
      world.verifier.interface.parseError(reason) ??
      world.operators.interface.parseError(reason);
    failures.set(parsed.args["requestId"] as string, error?.name ?? reason);
  }
  return failures;
}
