import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import { OrchestratorError } from "../domain/errors.ts";
import type {
  JournaledAnswer,
  JournaledOutput,
  JournaledProof,
  JournaledRefutation,
} from "../domain/journaled.ts";
import type { Journal, RegisteredRelease } from "../domain/nodePorts.ts";
import type { Clock, Hex } from "../domain/ports.ts";
import type {
  Block,
  BlockEvents,
  BlockRef,
  Failure,
  JournaledRequest,
  RequestProgress,
} from "../domain/request.ts";
import type { Attempt, JournaledTransaction, Receipt } from "../domain/transaction.ts";
import type { StageTimes } from "../domain/workload.ts";
import { applyEvent } from "./applyEvent.ts";
import * as answers from "./answerTable.ts";
import * as blocks from "./blockTable.ts";
import { inTransaction, openDatabase } from "./database.ts";
import * as disputes from "./disputeTable.ts";
import { deleteCommitments, deleteSettled } from "./prune.ts";
import * as reassignments from "./reassignmentTable.ts";
import * as requests from "./requestTable.ts";
import * as revocations from "./revocationTable.ts";
import * as times from "./stageTimeTable.ts";
import * as transactions from "./transactionTable.ts";

/** The journal in one SQLite file, locked by this process while it is open. */
export class SqliteJournal implements Journal {
  readonly #database: DatabaseSync;
  readonly #clock: Pick<Clock, "now">;

  /**
   * @param input.deployment chain and coordinator the journal belongs to, as one text
   * @throws OrchestratorError JournalLocked, JournalUnusable, JournalTooNew, JournalForeign
   */
  constructor(input: {
    readonly path: string;
    readonly deployment: string;
    readonly clock: Pick<Clock, "now">;
  }) {
    this.#clock = input.clock;
    this.#database = openDatabase(input.path);
    try {
      claim(this.#database, input.deployment);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Gives the file lock back. */
  close(): void {
    this.#database.close();
  }

  tip(): Block | null {
    return blocks.selectBlock(this.#database, Number.MAX_SAFE_INTEGER);
  }

  blockAtOrBelow(number: number): Block | null {
    return blocks.selectBlock(this.#database, number);
  }

  applyBlock({ block, events }: BlockEvents): void {
    inTransaction(this.#database, () => {
      blocks.insertBlock(this.#database, block);
      const now = this.#clock.now();
      for (const event of events) applyEvent(this.#database, event, { block, now });
    });
  }

  rollBackTo(block: BlockRef): void {
    inTransaction(this.#database, () => {
      blocks.deleteBlocksAbove(this.#database, block.number);
      reassignments.restoreAssignmentsAbove(this.#database, block.number);
      disputes.deleteDisputesAbove(this.#database, block.number);
      revocations.deleteRevocationsAbove(this.#database, block.number);
      requests.unseeAbove(this.#database, block.number);
      transactions.clearReceipts(this.#database, "receipt_block > ?", block.number);
    });
  }

  manifestCid(releaseId: Hex): string | null {
    const row = this.#database
      .prepare("SELECT manifest_cid FROM releases WHERE release_id = ?")
      .get(releaseId);
    return row === undefined ? null : z.string().parse(row["manifest_cid"]);
  }

  recordRelease({ releaseId, manifestCid }: RegisteredRelease): void {
    this.#database
      .prepare("INSERT INTO releases VALUES (?, ?) ON CONFLICT DO NOTHING")
      .run(releaseId, manifestCid);
  }

  latestManifests(limit: number): readonly string[] {
    const select = "SELECT manifest_cid FROM releases ORDER BY rowid DESC LIMIT ?";
    const rows = this.#database.prepare(select).all(limit);
    return rows.map((row) => z.string().parse(row["manifest_cid"]));
  }

  request(requestId: Hex): JournaledRequest | null {
    return requests.selectRequest(this.#database, requestId);
  }

  unfinishedRequests(): readonly RequestProgress[] {
    return requests.selectUnfinished(this.#database);
  }

  recordOutput(requestId: Hex, output: JournaledOutput): void {
    inTransaction(this.#database, () => {
      answers.insertOutput(this.#database, requestId, output);
      times.updateTime(this.#database, { requestId, stage: "infer", seconds: output.seconds });
    });
  }

  output(requestId: Hex): JournaledOutput | null {
    return answers.selectOutput(this.#database, requestId);
  }

  recordProof(requestId: Hex, proof: JournaledProof): void {
    inTransaction(this.#database, () => {
      answers.insertProof(this.#database, requestId, proof);
      times.updateTime(this.#database, { requestId, stage: "prove", seconds: proof.seconds });
    });
  }

  proof(requestId: Hex): JournaledProof | null {
    return answers.selectProof(this.#database, requestId);
  }

  recordFailure(requestId: Hex, failure: Failure): void {
    requests.updateFailure(this.#database, requestId, failure);
  }

  answer(requestId: Hex): JournaledAnswer | null {
    return disputes.selectAnswer(this.#database, requestId);
  }

  recordConfirmation(requestId: Hex, isSame: boolean): void {
    disputes.insertConfirmation(this.#database, requestId, isSame);
  }

  recordRefutation(requestId: Hex, refutation: JournaledRefutation): void {
    inTransaction(this.#database, () => {
      disputes.insertRefutation(this.#database, requestId, refutation);
      const { seconds } = refutation.proof;
      times.updateTime(this.#database, { requestId, stage: "prove", seconds });
    });
  }

  refutation(requestId: Hex): JournaledRefutation | null {
    return disputes.selectRefutation(this.#database, requestId);
  }

  recordJudge(releaseId: Hex): void {
    disputes.insertJudge(this.#database, releaseId);
  }

  judges(): ReadonlySet<Hex> {
    return disputes.selectJudges(this.#database);
  }

  stageTimes(releaseId: Hex): StageTimes {
    return times.selectTimes(this.#database, releaseId);
  }

  revokedVerifiers(): ReadonlySet<bigint> {
    return revocations.selectRevoked(this.#database);
  }

  prune(limits: Parameters<Journal["prune"]>[0]): number {
    return inTransaction(this.#database, () => deleteSettled(this.#database, limits));
  }

  pruneCommitments(limits: Parameters<Journal["pruneCommitments"]>[0]): number {
    return deleteCommitments(this.#database, limits);
  }

  insertTransaction(entry: Parameters<Journal["insertTransaction"]>[0]): JournaledTransaction {
    const id = inTransaction(this.#database, () => {
      const inserted = transactions.insertTransaction(this.#database, entry);
      transactions.insertAttempt(this.#database, inserted, entry.attempt);
      return inserted;
    });
    const [row] = transactions.selectTransactions(this.#database, "id = ?", id);
    if (row === undefined) throw new Error(`transaction ${id} vanished from the journal`);
    return row;
  }

  insertAttempt(transactionId: number, attempt: Attempt): void {
    transactions.insertAttempt(this.#database, transactionId, attempt);
  }

  recordReceipt(transactionId: number, receipt: Receipt): void {
    transactions.updateReceipt(this.#database, transactionId, receipt);
  }

  forgetReceipt(transactionId: number): void {
    transactions.clearReceipts(this.#database, "id = ?", transactionId);
  }

  markDone(transactionId: number): void {
    transactions.updateState(this.#database, transactionId, "Done");
  }

  markLost(transactionId: number): void {
    transactions.updateState(this.#database, transactionId, "Lost");
  }

  openTransactions(sender: Hex): readonly JournaledTransaction[] {
    const condition = "sender = ? AND state IN ('Signed', 'Mined')";
    return transactions.selectTransactions(this.#database, condition, sender);
  }

  highestNonce(sender: Hex): number | null {
    return transactions.selectHighestNonce(this.#database, sender);
  }

  transactionsOf(requestId: Hex): readonly JournaledTransaction[] {
    return transactions.selectTransactions(this.#database, transactions.OF_REQUEST, requestId);
  }
}

function claim(database: DatabaseSync, deployment: string): void {
  database
    .prepare("INSERT INTO settings (name, value) VALUES ('deployment', ?) ON CONFLICT DO NOTHING")
    .run(deployment);
  const row = database.prepare("SELECT value FROM settings WHERE name = 'deployment'").get();
  const found = z.string().parse(row?.["value"]);
  if (found !== deployment) {
    throw new OrchestratorError("JournalForeign", { data: { found, expected: deployment } });
  }
}
