import { setTimeout as delay } from "node:timers/promises";
import {
  isError,
  type Contract,
  type Provider,
  type TransactionReceipt,
  type TransactionResponse,
} from "ethers";

import { decodeRevert } from "../../orchestrator/chain/revert.ts";
import { AccountError, ContractRefusal } from "./accountError.ts";

const MINED_WITHIN_MS = 600_000;
const POLL_MS = 200;
/** EIP-7825: no transaction may use more gas. */
const TRANSACTION_GAS_CAP = 1n << 24n;

/** A call that changes something; `value` in wei. */
export interface Call {
  readonly method: string;
  readonly values: readonly unknown[];
  readonly value?: bigint;
}

/** An event of the called contract; numbers are bigint, enums too. */
export interface MinedEvent {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface MinedTransaction {
  readonly hash: string;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
  /** What the gas cost, in wei. */
  readonly gasCost: bigint;
  readonly events: readonly MinedEvent[];
}

/**
 * Sends a transaction and waits until it is mined. A refusal is known before anything is sent.
 * @throws ContractRefusal; AccountError FundsMissing, ChainRefused, TransactionLost,
 *   TransactionReverted
 */
export async function transact(contract: Contract, call: Call): Promise<MinedTransaction> {
  const { method, values, value = 0n } = call;
  const target = contract.getFunction(method);
  try {
    const estimate = await target.estimateGas(...values, { value });
    const transaction = await target.send(...values, { value, gasLimit: withMargin(estimate) });
    return describe(contract, await untilMined(transaction));
  } catch (error) {
    throw toAccountError(error);
  }
}

/**
 * What a view of the contract returns; structs as objects.
 * @throws ContractRefusal; AccountError ChainRefused
 */
export async function view(
  contract: Contract,
  method: string,
  values: readonly unknown[] = [],
): Promise<unknown> {
  try {
    return await contract.getFunction(method).staticCall(...values);
  } catch (error) {
    throw toAccountError(error);
  }
}

/** The named event's fields; throws if the transaction did not emit it. */
export function fieldsOf(mined: MinedTransaction, name: string): MinedEvent["fields"] {
  const event = mined.events.find((each) => each.name === name);
  if (event === undefined) throw new Error(`transaction ${mined.hash} emitted no ${name}`);
  return event.fields;
}

/** Second of the newest block, and its base fee in wei. */
export async function newestBlock(
  provider: Provider,
): Promise<{ readonly timestamp: number; readonly baseFee: bigint }> {
  const block = await provider.getBlock("latest");
  if (block === null) {
    throw new AccountError("ChainRefused", "The endpoint knows no newest block; try another.");
  }
  return { timestamp: block.timestamp, baseFee: block.baseFeePerGas ?? 0n };
}

/** Asks by hand: ethers' own wait misses a replacement of an account's first transaction. */
async function untilMined({
  provider,
  hash,
  from,
  nonce,
}: TransactionResponse): Promise<TransactionReceipt> {
  const patience = Date.now() + MINED_WITHIN_MS;
  while (Date.now() < patience) {
    // Counted before the receipt is looked for, or a block in between would look like a replacement.
    const mined = await provider.getTransactionCount(from, "latest");
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt !== null) return succeeded(receipt);
    if (mined > nonce) {
      const message =
        `Transaction ${hash} was replaced by another of the same account; ` +
        "look that one up before you repeat it.";
      throw new AccountError("TransactionLost", message, { data: { hash } });
    }
    await delay(POLL_MS);
  }
  const message = `Transaction ${hash} was sent and is not mined yet; look it up before you repeat it.`;
  throw new AccountError("TransactionLost", message, { data: { hash } });
}

function succeeded(receipt: TransactionReceipt): TransactionReceipt {
  if (receipt.status === 1) return receipt;
  const { hash } = receipt;
  const message =
    `Transaction ${hash} was mined and reverted: the chain had changed since it was tried. ` +
    "Run it again to see what refuses it now.";
  throw new AccountError("TransactionReverted", message, { data: { hash } });
}

function describe(contract: Contract, receipt: TransactionReceipt): MinedTransaction {
  const events: MinedEvent[] = [];
  for (const log of receipt.logs) {
    const parsed = contract.interface.parseLog(log);
    if (parsed !== null) events.push({ name: parsed.name, fields: parsed.args.toObject() });
  }
  return {
    hash: receipt.hash,
    blockNumber: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
    gasCost: receipt.fee,
    events,
  };
}

/** Room for a state that differs a little in the block that takes the transaction. */
function withMargin(gas: bigint): bigint {
  const limit = gas + gas / 8n + 10_000n;
  return limit < TRANSACTION_GAS_CAP ? limit : TRANSACTION_GAS_CAP;
}

/** Refusals by name, and what else ethers throws as a sentence with a next step. */
export function toAccountError(cause: unknown): unknown {
  if (cause instanceof AccountError) return cause;
  if (isError(cause, "CALL_EXCEPTION") && cause.data !== null) {
    return new ContractRefusal(decodeRevert(cause.data), cause);
  }
  if (isError(cause, "INSUFFICIENT_FUNDS")) {
    const message = "The key's account cannot pay for value and gas; send it coins of the chain.";
    return new AccountError("FundsMissing", message, { cause });
  }
  const said = cause instanceof Error && "shortMessage" in cause ? String(cause.shortMessage) : "";
  if (said === "") return cause;
  const message = `The endpoint refused: ${said}. Check --rpc, then run it again.`;
  return new AccountError("ChainRefused", message, { cause });
}
