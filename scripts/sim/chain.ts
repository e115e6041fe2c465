import hre from "hardhat";
import { z } from "zod";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";

/** A transaction to send; the sender needs no key, the simulated chain knows all of them. */
export interface Call {
  readonly from: Hex;
  readonly to: Hex;
  readonly data?: Hex;
  readonly value?: bigint;
  /** Wei per gas above the base fee: within a block, who gives more comes first. */
  readonly tip?: bigint;
  readonly gas?: bigint;
}

export interface Log {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** What became of a call. */
export interface Outcome {
  readonly call: Call;
  readonly succeeded: boolean;
  /** What its sender paid for gas, in wei. */
  readonly gasFee: bigint;
  readonly logs: readonly Log[];
}

/** Coins each account starts with, in wei. */
export const INITIAL_BALANCE = 10n ** 24n;
/** Far above any real block: a simulated step shall be one block, as far as its bytes allow (EIP-7934). */
const BLOCK_GAS = 100_000_000_000n;
const BLOCK_BYTES = 7_000_000;
/** Of a transaction beside its data. */
const ENVELOPE_BYTES = 150;
const CALL_GAS = 900_000n;
const GENESIS = "2026-01-01T00:00:00Z";
/** The deployment's blocks follow the clock; from here on every block has its second. */
const START_SECONDS = 86_400;

const hexText = z.custom<Hex>((value) => typeof value === "string" && value.startsWith("0x"));
const receiptSchema = z.object({
  status: hexText,
  gasUsed: hexText,
  effectiveGasPrice: hexText,
  logs: z.array(z.object({ topics: z.array(hexText), data: hexText })),
});

type Connection = Awaited<ReturnType<typeof hre.network.create>>;

/** Hardhat's chain in this process. Calls wait until `mine`; time passes only by `wait`. */
export class SimulatedChain {
  readonly accounts: readonly Hex[];
  readonly #connection: Connection;
  #waiting: Call[] = [];
  #baseFee = 10n ** 9n;
  #now: number;

  private constructor(connection: Connection, accounts: readonly Hex[]) {
    this.#connection = connection;
    this.accounts = accounts;
    this.#now = Date.parse(GENESIS) / 1000 + START_SECONDS;
  }

  /** Each block is mined at once until the first `mine`. */
  static async start(accounts: number): Promise<SimulatedChain> {
    const connection = await hre.network.create({
      override: {
        blockGasLimit: BLOCK_GAS,
        initialDate: GENESIS,
        accounts: { count: accounts, accountsBalance: INITIAL_BALANCE },
      },
    });
    const found: unknown = await connection.provider.request({ method: "eth_accounts" });
    return new SimulatedChain(connection, z.array(hexText).parse(found));
  }

  /** For the scripts that deploy; only before the first `mine`. */
  async signers(): Promise<Awaited<ReturnType<Connection["ethers"]["getSigners"]>>> {
    return this.#connection.ethers.getSigners();
  }

  /** Ends the time in which blocks are mined at once. */
  async takeOver(): Promise<void> {
    await this.#request("evm_setAutomine", [false]);
  }

  /** Second of the last block, or of the next one after `wait`. */
  get now(): number {
    return this.#now;
  }

  /** Wei per gas. */
  get baseFee(): bigint {
    return this.#baseFee;
  }

  setBaseFee(baseFee: bigint): void {
    this.#baseFee = baseFee;
  }

  wait(seconds: number): void {
    this.#now += seconds;
  }

  /** Lets no time pass if the second is past already. */
  waitUntil(second: number): void {
    this.#now = Math.max(this.#now, second);
  }

  /** Is mined with the next `mine`. */
  send(call: Call): void {
    this.#waiting.push(call);
  }

  /** Mines all that was sent, each block a second after the one before; one block if there is room. */
  async mine(): Promise<readonly Outcome[]> {
    const sent = this.#waiting;
    this.#waiting = [];
    const outcomes: Outcome[] = [];
    for (const calls of blocksOf(sent)) outcomes.push(...(await this.#mineBlock(calls)));
    return outcomes;
  }

  async #mineBlock(calls: readonly Call[]): Promise<readonly Outcome[]> {
    this.#now += 1;
    const sent: (readonly [Call, unknown])[] = [];
    for (const call of calls) sent.push([call, await this.#submit(call)]);
    await this.#request("evm_setNextBlockTimestamp", [this.#now]);
    await this.#request("hardhat_setNextBlockBaseFeePerGas", [quantity(this.#baseFee)]);
    await this.#request("evm_mine", []);
    const outcomes: Outcome[] = [];
    for (const [call, hash] of sent) outcomes.push(await this.#outcome(call, hash));
    return outcomes;
  }

  #submit({ from, to, data = "0x", value = 0n, tip = 0n, gas = CALL_GAS }: Call): Promise<unknown> {
    const gasPrice = this.#baseFee + tip;
    const amounts = { value: quantity(value), gas: quantity(gas), gasPrice: quantity(gasPrice) };
    return this.#request("eth_sendTransaction", [{ from, to, data, ...amounts }]);
  }

  async #outcome(call: Call, hash: unknown): Promise<Outcome> {
    const receipt = await this.#request("eth_getTransactionReceipt", [hash]);
    const { status, gasUsed, effectiveGasPrice, logs } = receiptSchema.parse(receipt);
    const gasFee = BigInt(gasUsed) * BigInt(effectiveGasPrice);
    return { call, succeeded: status === "0x1", gasFee, logs };
  }

  /** What a contract says after the last block. */
  async read(to: Hex, data: Hex): Promise<Hex> {
    return hexText.parse(await this.#request("eth_call", [{ to, data }, "latest"]));
  }

  /** Coins of an account, in wei. */
  async balanceOf(account: Hex): Promise<bigint> {
    return BigInt(hexText.parse(await this.#request("eth_getBalance", [account, "latest"])));
  }

  async stop(): Promise<void> {
    await this.#connection.close();
  }

  #request(method: string, params: unknown[]): Promise<unknown> {
    return this.#connection.provider.request({ method, params });
  }
}

/** In the order they were sent. */
function blocksOf(calls: readonly Call[]): readonly (readonly Call[])[] {
  const blocks: Call[][] = [[]];
  let bytes = 0;
  for (const call of calls) {
    const length = (call.data ?? "0x").length / 2 + ENVELOPE_BYTES;
    if (bytes + length > BLOCK_BYTES) {
      blocks.push([]);
      bytes = 0;
    }
    bytes += length;
    blocks.at(-1)?.push(call);
  }
  return blocks;
}

function quantity(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}
