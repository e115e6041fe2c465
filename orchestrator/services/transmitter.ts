import type { Journal, PreparedCall, SettlementChain } from "../domain/nodePorts.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";
import {
  bumpedFees,
  firstFees,
  type Attempt,
  type AttemptPurpose,
  type FeeCaps,
  type Fees,
  type JournaledTransaction,
  type Purpose,
  type Receipt,
} from "../domain/transaction.ts";
import type { NodeMetrics } from "../telemetry/nodeMetrics.ts";
import { contractCallOf, type CallContext } from "./contractCall.ts";

/** Purposes that may wait: they leave half of the pending transactions to the others. */
const PATIENT: ReadonlySet<Purpose> = new Set(["expire", "fail", "finalize", "finalizeMany"]);

/** A transaction somebody wants, and why. */
export interface Intent {
  readonly requestId: Hex;
  /** Further requests it is about, if it is a batch. */
  readonly otherIds?: readonly Hex[];
  readonly purpose: Purpose;
  /** Code of the reason; null where the purpose says all. */
  readonly reason: string | null;
}

export interface TransmitterSettings {
  /** Operator the sender acts for; evidence is bound to it and it is paid. */
  readonly operatorId: bigint;
  /** What hides this node's commitments. */
  readonly secret: string;
  readonly feeCaps: FeeCaps;
  /** Age of an unmined attempt after which it is replaced on the same nonce. */
  readonly bumpAfterMs: number;
  /** Age of an unmined attempt after which an RPC that forgot it hears it again. */
  readonly repeatAfterMs: number;
  /** Blocks on top of a receipt's block after which it is believed. */
  readonly doneDepth: number;
  /** Transactions of one sender that may wait for a block at the same time. */
  readonly maxPending: number;
}

export interface TransmitterDependencies {
  readonly journal: Journal;
  readonly chain: SettlementChain;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Logger;
  readonly metrics: Pick<NodeMetrics, "transactionsSent" | "transactionsMined" | "gasUsed">;
  readonly settings: TransmitterSettings;
}

/**
 * Sends transactions, each under its own nonce, and tends them until they are deep in the chain.
 *
 * Bytes are journaled before they are broadcast, so a process that dies in between sends the same
 * bytes again, never others. Calls must not overlap: one loop owns the transmitter.
 */
export class Transmitter {
  readonly #dependencies: TransmitterDependencies;
  /** When each open transaction's bytes were last handed to an RPC by this process. */
  readonly #broadcastAt = new Map<number, number>();
  /** Head at which a nonce was first found used by bytes that are not ours. */
  readonly #strangerSince = new Map<number, number>();

  #obstacle: OrchestratorError | null = null;

  constructor(dependencies: TransmitterDependencies) {
    this.#dependencies = dependencies;
  }

  /** What outside this process kept the last transaction from being sent; null if nothing did. */
  get obstacle(): OrchestratorError | null {
    return this.#obstacle;
  }

  /**
   * Signs, journals and broadcasts a transaction.
   *
   * @returns false if nothing was sent: the answer is not complete, fees are above the cap, or too
   *   many earlier transactions wait for a block
   * @throws OrchestratorError ContractReverted, RpcUnavailable
   */
  async send(intent: Intent): Promise<boolean> {
    const { journal, chain, logger, settings } = this.#dependencies;
    const { requestId, purpose, reason } = intent;
    const contractCall = contractCallOf(this.#callContext(), intent);
    if (contractCall === null) return false;
    const waiting = journal.openTransactions(chain.sender).filter((row) => row.receipt === null);
    const room = PATIENT.has(purpose) ? settings.maxPending / 2 : settings.maxPending;
    if (waiting.length >= room) return false;
    const call = await chain.prepare(contractCall);
    const fees = firstFees(await chain.gasPrices(), settings.feeCaps);
    if (fees === null) return this.#holdForFees(requestId);
    const nonce = await this.#nextNonce();
    const attempt = await this.#sign({ call, nonce, fees, purpose });
    const row = journal.insertTransaction({ ...intent, sender: chain.sender, nonce, attempt });
    const { hash: transactionHash } = attempt;
    const isAnswer = purpose === "fulfill" || purpose === "fulfillBatch";
    logger.info(isAnswer ? "settlement signed" : "transaction signed", {
      requestId,
      purpose,
      reason,
      requests: 1 + row.otherIds.length,
      nonce,
      transactionHash,
    });
    await this.#broadcast(row, attempt);
    return true;
  }

  /**
   * Asks the chain about every open transaction and does what it needs: note the receipt, repeat
   * the bytes, replace them, or call them done. The first thing a node does after a start.
   */
  async tend(): Promise<void> {
    const { journal, chain } = this.#dependencies;
    const open = journal.openTransactions(chain.sender);
    const waiting = open.filter((row) => row.receipt === null);
    for (const row of open) if (row.receipt !== null) this.#tendMined(row, row.receipt);
    if (waiting.length === 0) return;
    const minedNonce = await chain.minedNonce();
    for (const row of waiting) {
      if (row.nonce < minedNonce) await this.#tendUsed(row);
      else await this.#tendPending(row);
    }
  }

  /** A receipt is believed once its block stands deep enough among those the journal applied. */
  #tendMined(row: JournaledTransaction, { block }: Receipt): void {
    const { journal, settings } = this.#dependencies;
    const tip = journal.tip();
    const applied = journal.blockAtOrBelow(block.number);
    if (tip === null || applied === null || tip.number < block.number) return;
    if (applied.number === block.number && applied.hash !== block.hash) {
      journal.forgetReceipt(row.id);
    } else if (tip.number - block.number >= settings.doneDepth) {
      journal.markDone(row.id);
    }
  }

  async #tendUsed(row: JournaledTransaction): Promise<void> {
    const { journal, chain } = this.#dependencies;
    for (const { hash } of row.attempts.toReversed()) {
      const receipt = await chain.receipt(hash);
      if (receipt === null) continue;
      this.#strangerSince.delete(row.id);
      // Should a re-org take the block, the bytes are new to everybody again.
      this.#broadcastAt.delete(row.id);
      journal.recordReceipt(row.id, receipt);
      this.#reportReceipt(row, receipt);
      this.#tendMined(row, receipt);
      return;
    }
    this.#suspectStranger(row);
  }

  #reportReceipt(row: JournaledTransaction, receipt: Receipt) {
    const { logger, metrics } = this.#dependencies;
    const { requestId, purpose, nonce } = row;
    const { hash: transactionHash, gasUsed, block, succeeded } = receipt;
    const fields = { requestId, purpose, nonce, transactionHash, gasUsed, block: block.number };
    if (succeeded) logger.info("transaction mined", fields);
    else logger.warn("transaction mined but reverted", fields);
    metrics.transactionsMined.increment({ succeeded: String(succeeded) });
    metrics.gasUsed.increment({}, Number(gasUsed));
  }

  /**
   * The nonce is used but none of our bytes has a receipt. An RPC may just be behind itself; if it
   * stays so for two blocks, somebody else uses the sender's key.
   */
  #suspectStranger(row: JournaledTransaction): void {
    const { journal, logger } = this.#dependencies;
    const head = journal.tip()?.number ?? 0;
    const since = this.#strangerSince.get(row.id) ?? head;
    this.#strangerSince.set(row.id, since);
    if (head - since < 2) return;
    this.#strangerSince.delete(row.id);
    this.#broadcastAt.delete(row.id);
    journal.markLost(row.id);
    const { requestId, nonce } = row;
    logger.error("nonce used by a transaction that is not ours", { requestId, nonce });
  }

  async #tendPending(row: JournaledTransaction): Promise<void> {
    const { clock, settings, chain, journal } = this.#dependencies;
    const last = row.attempts.at(-1);
    const request = journal.request(row.requestId);
    if (last === undefined || request === null) return;
    const now = clock.now();
    const isOld = now - last.signedAt >= settings.bumpAfterMs;
    // A re-org gave the request other times since: the old bytes would revert.
    const isStale = last.purpose !== "cancel" && last.signedAt < request.seenAt;
    if ((isOld || isStale) && (await this.#replace(row, last))) return;
    if (request.seen === null || isStale) return;
    const broadcastAt = this.#broadcastAt.get(row.id);
    if (broadcastAt !== undefined && now - broadcastAt < settings.repeatAfterMs) return;
    if (broadcastAt !== undefined && (await chain.isKnown(last.hash))) {
      this.#broadcastAt.set(row.id, now);
      return;
    }
    await this.#broadcast(row, last);
  }

  /** Signs anew on the same nonce; false if the old attempt has to stay. */
  async #replace(row: JournaledTransaction, last: Attempt): Promise<boolean> {
    const { journal, chain, logger, settings } = this.#dependencies;
    const fees = bumpedFees(last, await chain.gasPrices(), settings.feeCaps);
    if (fees === null) return this.#holdForFees(row.requestId);
    const { call, purpose } = await this.#callFor(row);
    const attempt = await this.#sign({ call, nonce: row.nonce, fees, purpose });
    journal.insertAttempt(row.id, attempt);
    const { requestId, nonce } = row;
    logger.info("transaction replaced", {
      requestId,
      nonce,
      purpose,
      transactionHash: attempt.hash,
    });
    await this.#broadcast(row, attempt);
    return true;
  }

  /** What the nonce is still good for: the same as it would be now, or nothing. */
  async #callFor(
    row: JournaledTransaction,
  ): Promise<{ readonly call: PreparedCall; readonly purpose: AttemptPurpose }> {
    const { chain } = this.#dependencies;
    const contractCall = contractCallOf(this.#callContext(), row);
    if (contractCall === null) return { call: chain.prepareCancel(), purpose: "cancel" };
    try {
      return { call: await chain.prepare(contractCall), purpose: row.purpose };
    } catch (error) {
      if (!(error instanceof OrchestratorError) || error.code !== "ContractReverted") throw error;
      return { call: chain.prepareCancel(), purpose: "cancel" };
    }
  }

  #callContext(): CallContext {
    const { journal, chain, settings } = this.#dependencies;
    const { operatorId, secret } = settings;
    return { journal, operatorId, secret, sender: chain.sender };
  }

  async #sign(input: {
    readonly call: PreparedCall;
    readonly nonce: number;
    readonly fees: Fees;
    readonly purpose: AttemptPurpose;
  }): Promise<Attempt> {
    const { chain, clock, metrics } = this.#dependencies;
    const { call, nonce, fees, purpose } = input;
    const { hash, raw } = await chain.sign(call, nonce, fees);
    metrics.transactionsSent.increment({ purpose });
    return { hash, raw, purpose, ...fees, signedAt: clock.now() };
  }

  async #broadcast(row: JournaledTransaction, attempt: Attempt): Promise<void> {
    const { chain, clock, logger } = this.#dependencies;
    const result = await chain.broadcast(attempt.raw);
    const { requestId, nonce } = row;
    this.#broadcastAt.set(row.id, clock.now());
    this.#obstacle = null;
    if (result === "accepted" || result === "nonce used") return;
    const fields = { requestId, nonce, transactionHash: attempt.hash, result };
    if (result === "unfunded") {
      this.#obstacle = new OrchestratorError("SenderUnfunded", { data: { sender: chain.sender } });
      logger.error("sender cannot pay for gas", { ...fields, error: this.#obstacle });
    } else {
      logger.warn("broadcast was not confirmed and will be repeated", fields);
    }
  }

  async #nextNonce(): Promise<number> {
    const { journal, chain } = this.#dependencies;
    const highest = journal.highestNonce(chain.sender);
    return Math.max(await chain.minedNonce(), highest === null ? 0 : highest + 1);
  }

  #holdForFees(requestId: Hex): false {
    const { settings, logger } = this.#dependencies;
    const { maxFeePerGas } = settings.feeCaps;
    this.#obstacle = new OrchestratorError("FeeCapTooLow", { data: { maxFeePerGas } });
    logger.warn("gas costs more than the cap", { requestId, error: this.#obstacle });
    return false;
  }
}
