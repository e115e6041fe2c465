import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionResponse, TransactionReceipt } from "ethers";

import { DEVELOPMENT_PROFILE } from "../../../scripts/deploy/deploy.ts";
import { publishRelease } from "../../../scripts/deploy/publishRelease.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import {
  answers,
  as,
  ask,
  deployWorld,
  ETHER,
  mined,
  networkHelpers,
  OPTIMISTIC,
  OUTPUT,
  PRICES,
  proverOf,
  RELEASE,
  send,
  type Answering,
  type Asked,
  type Asking,
  type World,
} from "./world.ts";

/** No proof is made for it. */
export const ANSWER_PRICE = 3n * PRICES.computePrice + PRICES.bytePrice;
export const ANSWER_BOND = DEVELOPMENT_PROFILE.leastAnswerBond;
export const CHALLENGE_BOND = (3n * ANSWER_BOND) / 10n;
export const WINDOW_SECONDS = DEVELOPMENT_PROFILE.challengeWindowSeconds;
export const PROOF_SECONDS = DEVELOPMENT_PROFILE.proofSeconds;
export const RETRY_SECONDS = DEVELOPMENT_PROFILE.retrySeconds;
/** Of the verifier that judges; the other one is that of level Zk. */
export const JUDGE_ID = 2n;
/** Gas that is reimbursed for an answer and for making it final, each byte of output beside (`FeeLib`). */
export const ANSWER_GAS = 55_200n;
export const FINALIZE_GAS = 60_700n;
export const GAS_PER_BYTE = 24n;
export const GAS_PER_FINAL_BYTE = 16n;
export const LIMITS = {
  minGasPrice: 0n,
  maxCallbackGas: 2_500_000n,
  maxInputLength: 24_576n,
  maxBond: ETHER,
};
/** An output the release does not give: what it differs in is the first logit. */
export const WRONG_OUTPUT = Uint8Array.from(OUTPUT, (byte, i) => (i === 1 ? 7 : byte));

/** A world whose operator serves two releases at Optimistic; nobody else does. */
export type OptimisticWorld<Base extends World = World> = Base & {
  readonly judgedId: Hex;
  /** The same with a royalty of 5 %. */
  readonly royalJudgedId: Hex;
};

export const deployOptimistic = async (): Promise<OptimisticWorld> =>
  withOptimism(await deployWorld());

/** @param minBond Of both releases; by default the least of the deployment. */
export async function withOptimism<Base extends World>(
  world: Base,
  minBond?: bigint,
): Promise<OptimisticWorld<Base>> {
  const { verifyingKey } = await proverOf("sixWords");
  const publish = async (version: string, royaltyBps: bigint): Promise<Hex> => {
    const levels = ["Optimistic", "Zk"] as const;
    const bond = minBond === undefined ? {} : { minBond };
    const release = { ...RELEASE, verifyingKey, royaltyBps, levels, ...bond };
    const { publisher: signer, addresses } = world;
    return (await publishRelease({ signer, addresses, name: "digits", version, release }))
      .releaseId;
  };
  const judgedId = await publish("2.0.0", 0n);
  const royalJudgedId = await publish("2.1.0", 500n);
  const w = { ...world, judgedId, royalJudgedId };
  await serve(w, w.operator);
  return w;
}

export interface Serving {
  readonly prices?: object;
  readonly limits?: object;
  readonly level?: bigint;
}

/** An operator enters the lists of both releases, or changes his terms there. */
export async function serve(
  w: OptimisticWorld,
  signer: HardhatEthersSigner,
  serving: Serving = {},
): Promise<void> {
  const { prices = PRICES, level = OPTIMISTIC } = serving;
  const registry = as(w.operators, signer);
  const id = BigInt.asUintN(64, BigInt(signer.address));
  await send(registry, "setPrices", [id, prices]);
  for (const releaseId of [w.judgedId, w.royalJudgedId]) {
    const limits = { ...LIMITS, ...serving.limits };
    await send(registry, "startServing", [id, releaseId, level, limits]);
  }
}

export async function askJudged(w: OptimisticWorld, asking: Asking = {}): Promise<Asked> {
  return ask(w, { releaseId: w.judgedId, level: OPTIMISTIC, ...asking });
}

/** An answer under its window, with what later steps ask for. */
export interface Answered extends Asked {
  readonly record: AnswerRecord;
  readonly output: Uint8Array;
  /** Second from which it is final, or its proof overdue. */
  readonly windowEnd: bigint;
  readonly isDelivered: boolean;
}

export interface AnswerRecord {
  readonly payee: bigint;
  readonly outputHash: Hex;
  readonly answeredAt: bigint;
  readonly gasFee: bigint;
  readonly challenger: Hex;
  readonly challengeBond: bigint;
}

const NOTHING = new Uint8Array();

/** Sends an answer with nothing but the output; the promise is that of the transaction. */
export async function claims(
  w: World,
  asked: Asked,
  answering: Answering = {},
): Promise<ContractTransactionResponse> {
  return answers(w, asked, { input: NOTHING, evidence: NOTHING, ...answering });
}

/** The same, mined. */
export async function claim(w: World, asked: Asked, answering: Answering = {}): Promise<Answered> {
  const receipt = await mined(await claims(w, asked, answering));
  return answeredIn(w, receipt, { ...asked, output: answering.output ?? OUTPUT });
}

/** Asks and answers. */
export async function openAnswer(
  w: OptimisticWorld,
  asking: Asking = {},
  answering: Answering = {},
): Promise<Answered> {
  return claim(w, await askJudged(w, asking), answering);
}

/** What the answer's event in this transaction says. */
export function answeredIn(
  w: World,
  receipt: TransactionReceipt,
  asked: Asked & { readonly output: Uint8Array },
): Answered {
  const event = receipt.logs
    .map((log) => w.coordinator.interface.parseLog(log))
    .find((log) => log?.name === "RequestAnswered" && log.args["requestId"] === asked.requestId);
  if (!event) throw new Error("no RequestAnswered in this transaction");
  const { windowEnd, isDelivered } = event.args;
  return { ...asked, record: event.args["record"].toObject(), windowEnd, isDelivered };
}

/** Goes to where the answer is final, or its proof overdue. */
export async function untilWindowEnd(answered: Answered): Promise<void> {
  await networkHelpers.time.increaseTo(answered.windowEnd);
}
