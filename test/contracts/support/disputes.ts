import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, id, keccak256, type ContractTransactionResponse } from "ethers";

import type { Answered } from "./optimistic.ts";
import { as, mined, OUTPUT, proofFor, send, type World } from "./world.ts";

export const SALT = id("salt");
const NOTHING = new Uint8Array();

export interface Step {
  readonly from?: HardhatEthersSigner;
  readonly gasLimit?: bigint;
  readonly gasPrice?: bigint;
  readonly value?: bigint;
}

export interface Proving extends Step {
  readonly output?: Uint8Array;
  readonly input?: Uint8Array;
  readonly evidence?: Uint8Array;
  /** Whom the proof names, if not who must be named. */
  readonly payee?: bigint;
  readonly salt?: string;
}

/** Calls a function that takes an answer and, after it, `rest`; by default a stranger does. */
async function steps(
  w: World,
  method: string,
  answered: Answered,
  { from = w.stranger, rest = [], ...overrides }: Step & { readonly rest?: readonly unknown[] },
): Promise<ContractTransactionResponse> {
  const { request, assignment, record } = answered;
  const coordinator = as(w.coordinator, from);
  return coordinator.getFunction(method)(request, assignment, record, ...rest, overrides);
}

export const finalizes = async (
  w: World,
  answered: Answered,
  { output = NOTHING, ...step }: Step & { readonly output?: Uint8Array } = {},
) => steps(w, "finalize", answered, { ...step, rest: [output] });

export const closes = async (w: World, answered: Answered, step: Step = {}) =>
  steps(w, "closeChallenge", answered, step);

export const fails = async (w: World, answered: Answered, step: Step = {}) =>
  steps(w, "failAnswered", answered, step);

export const challenges = async (w: World, answered: Answered, step: Step = {}) =>
  steps(w, "challenge", answered, step);

/** The same, mined: the answer with the record that replaces the earlier one. */
export async function challenge(w: World, answered: Answered, step: Step = {}): Promise<Answered> {
  const receipt = await mined(await challenges(w, answered, step));
  for (const log of receipt.logs) {
    const parsed = w.coordinator.interface.parseLog(log);
    if (parsed?.name !== "RequestChallenged") continue;
    const record = parsed.args["record"].toObject();
    return { ...answered, record, windowEnd: parsed.args["proofDeadline"] };
  }
  throw new Error("no RequestChallenged in this transaction");
}

/** Brings a real proof of the answer that stands, or of what a test says. */
export async function escalates(
  w: World,
  answered: Answered,
  proving: Proving = {},
): Promise<ContractTransactionResponse> {
  const { output = answered.output, input = answered.input, payee, ...step } = proving;
  const proven = { payee: payee ?? answered.record.payee, input, output };
  const evidence = proving.evidence ?? (await proofFor(w, answered, proven));
  const answer = { payee: 0n, input, output, evidence };
  return steps(w, "escalate", answered, { ...stepOf(step), rest: [answer] });
}

export function commitmentOf(
  answered: Answered,
  challenger: HardhatEthersSigner,
  { output = OUTPUT, salt = SALT }: Proving = {},
): string {
  const words = [answered.requestId, keccak256(output), challenger.address, salt];
  const kinds = ["bytes32", "bytes32", "address", "bytes32"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(kinds, words));
}

/** A stranger, or who a test says, commits to overturn the answer by this output. */
export async function commit(w: World, answered: Answered, proving: Proving = {}): Promise<void> {
  const { from = w.stranger } = proving;
  const commitment = commitmentOf(answered, from, proving);
  await send(as(w.coordinator, from), "commitOverturn", [commitment]);
}

/** Overturns by a real proof that names the caller, without committing to it first. */
export async function overturns(
  w: World,
  answered: Answered,
  proving: Proving = {},
): Promise<ContractTransactionResponse> {
  const { output = OUTPUT, input = answered.input, salt = SALT, from = w.stranger } = proving;
  const payee = proving.payee ?? BigInt(from.address);
  const evidence = proving.evidence ?? (await proofFor(w, answered, { payee, input, output }));
  const rest = [{ payee: 0n, input, output, evidence }, salt];
  return steps(w, "overturn", answered, { ...stepOf(proving), rest });
}

/** Commits, and overturns in the next block. */
export async function overturn(
  w: World,
  answered: Answered,
  proving: Proving = {},
): Promise<ContractTransactionResponse> {
  await commit(w, answered, proving);
  return overturns(w, answered, proving);
}

function stepOf({ from, gasLimit, gasPrice, value }: Step): Step {
  return {
    ...(from === undefined ? {} : { from }),
    ...(gasLimit === undefined ? {} : { gasLimit }),
    ...(gasPrice === undefined ? {} : { gasPrice }),
    ...(value === undefined ? {} : { value }),
  };
}
