import { createHash } from "node:crypto";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { ContractCall } from "../../../orchestrator/domain/contractCall.ts";
import type {
  BroadcastResult,
  PreparedCall,
  SettlementChain,
  Signed,
} from "../../../orchestrator/domain/nodePorts.ts";
import type { Hex } from "../../../orchestrator/domain/ports.ts";
import type { Fees, GasPrices, Receipt } from "../../../orchestrator/domain/transaction.ts";
import { blockHash, hex } from "./builders.ts";

interface Bytes {
  readonly data: Hex;
  readonly nonce: number;
  readonly fee: number;
}

export class Crash extends Error {}

/**
 * A chain with one sender: a mempool by nonce, blocks that take the next nonces, and a contract
 * that settles each request once. It can lose broadcasts, hide, and crash its caller.
 */
export class FakeSettlement implements SettlementChain {
  readonly sender = hex(0x5e, 20);
  readonly mempool = new Map<number, Hex>();
  readonly settled = new Map<Hex, Hex>();
  readonly #receipts = new Map<Hex, Receipt>();
  readonly #heard = new Set<Hex>();
  nonce = 0;
  height = 0;
  base = 10n;
  tip: bigint | null = null;
  /** What the next broadcasts report; the bytes arrive only when it is "accepted" or "unknown". */
  broadcastResult: BroadcastResult = "accepted";
  isLosing = false;
  /** The contract's answer to every dry run; null: it checks for itself. */
  refusal: string | null = null;
  calls = 0;
  crashAt = Number.POSITIVE_INFINITY;
  /** All bytes ever handed over, by nonce. */
  readonly offered: Bytes[] = [];

  async prepare(call: ContractCall): Promise<PreparedCall> {
    this.#tick();
    const cheap = { value: 0n, gasLimit: 100n };
    if (!("request" in call)) return { to: hex(0xff, 20), data: "0x", ...cheap };
    const { request } = call;
    const refusal = this.refusal ?? (this.settled.has(request.requestId) ? "StatusWrong" : null);
    if (refusal !== null) {
      throw new OrchestratorError("ContractReverted", { data: { name: refusal, values: [] } });
    }
    return { to: hex(0xc0, 20), data: request.requestId, ...cheap };
  }

  prepareCancel(): PreparedCall {
    return { to: this.sender, data: "0x", value: 0n, gasLimit: 21_000n };
  }

  async sign(call: PreparedCall, nonce: number, fees: Fees): Promise<Signed> {
    this.#tick();
    const bytes: Bytes = { data: call.data, nonce, fee: Number(fees.maxFeePerGas) };
    const raw: Hex = `0x${Buffer.from(JSON.stringify(bytes)).toString("hex")}`;
    return { raw, hash: hashOf(raw) };
  }

  async broadcast(raw: Hex): Promise<BroadcastResult> {
    this.#tick();
    const bytes = parse(raw);
    this.offered.push(bytes);
    if (bytes.nonce < this.nonce) return "nonce used";
    const waiting = this.mempool.get(bytes.nonce);
    const isCheaper = waiting !== undefined && waiting !== raw && parse(waiting).fee >= bytes.fee;
    if (isCheaper) return "underpriced";
    if (!this.isLosing) {
      this.mempool.set(bytes.nonce, raw);
      this.#heard.add(hashOf(raw));
    }
    this.#tick();
    return this.broadcastResult;
  }

  async receipt(hash: Hex): Promise<Receipt | null> {
    this.#tick();
    return this.#receipts.get(hash) ?? null;
  }

  async isKnown(hash: Hex): Promise<boolean> {
    this.#tick();
    return this.#heard.has(hash);
  }

  async minedNonce(): Promise<number> {
    this.#tick();
    return this.nonce;
  }

  async gasPrices(): Promise<GasPrices> {
    this.#tick();
    return { baseFee: this.base, tip: this.tip };
  }

  /** A block with every transaction whose turn has come and that pays the base fee. */
  mine(): void {
    this.height += 1;
    for (let raw = this.#next(); raw !== null; raw = this.#next()) {
      this.mempool.delete(this.nonce);
      this.nonce += 1;
      this.#execute(raw);
    }
  }

  /** Somebody else uses the sender's key. */
  useNonce(): void {
    this.mempool.delete(this.nonce);
    this.nonce += 1;
  }

  forgetMempool(): void {
    this.mempool.clear();
    this.#heard.clear();
  }

  /** Takes the blocks above off the chain, with all they did. */
  rollBackTo(height: number): void {
    for (const [hash, receipt] of this.#receipts) {
      if (receipt.block.number <= height) continue;
      this.#receipts.delete(hash);
      this.#heard.delete(hash);
      this.nonce -= 1;
      for (const [requestId, by] of this.settled) if (by === hash) this.settled.delete(requestId);
    }
    this.height = height;
  }

  #next(): Hex | null {
    const raw = this.mempool.get(this.nonce);
    return raw !== undefined && BigInt(parse(raw).fee) >= this.base ? raw : null;
  }

  #execute(raw: Hex): void {
    const { data } = parse(raw);
    const hash = hashOf(raw);
    const succeeded = !this.settled.has(data);
    if (data !== "0x" && succeeded) this.settled.set(data, hash);
    const block = { number: this.height, hash: blockHash(this.height) };
    this.#receipts.set(hash, { hash, block, succeeded, gasUsed: 50n });
  }

  #tick(): void {
    this.calls += 1;
    if (this.calls === this.crashAt) throw new Crash(`crash at call ${this.calls}`);
  }
}

function parse(raw: Hex): Bytes {
  return JSON.parse(Buffer.from(raw.slice(2), "hex").toString()) as Bytes;
}

function hashOf(raw: Hex): Hex {
  return `0x${createHash("sha256").update(raw).digest("hex")}`;
}
