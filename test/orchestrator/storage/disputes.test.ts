import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { Hex } from "../../../orchestrator/domain/ports.ts";
import type { ChainEvent } from "../../../orchestrator/domain/request.ts";
import type { SqliteJournal } from "../../../orchestrator/storage/journal.ts";
import { MIGRATIONS } from "../../../orchestrator/storage/migrations.ts";
import {
  attempt,
  block,
  blockHash,
  DEPLOYMENT,
  hex,
  openJournal,
  openRequest,
  OPERATOR,
  PROOF,
  SENDER,
  temporaryFolder,
  temporaryJournal,
} from "../support/builders.ts";

const { requestId, releaseId } = openRequest(1);
const requested = (index: number): ChainEvent => ({
  kind: "requested",
  request: openRequest(index),
});
const OUTPUT = Uint8Array.of(1, 2);
const STRANGER = hex(0xbad, 20);

function answered(output = OUTPUT, windowEnd = 5_000): ChainEvent {
  const answer = { requestId, operatorId: OPERATOR, windowEnd, record: "0x01", output };
  return { kind: "answered", answer };
}

const challenged: ChainEvent = {
  kind: "challenged",
  challenge: { requestId, challenger: STRANGER, proofDeadline: 6_000, record: "0x02" },
};

/** Requested in block 1, answered in 2, challenged in 3. */
function disputed(journal: SqliteJournal): void {
  journal.applyBlock({ block: block(1), events: [requested(1)] });
  journal.applyBlock({ block: block(2), events: [answered()] });
  journal.applyBlock({ block: block(3), events: [challenged] });
}

describe("SqliteJournal: answers under their window", () => {
  const standing = { operatorId: OPERATOR, challenger: null, since: 1_002, until: 5_000 };

  it("are known with window, record and output, and challenged by whom until when", (t) => {
    const journal = temporaryJournal(t);
    assert.equal(journal.answer(requestId), null);
    disputed(journal);
    const asked = { ...standing, challenger: STRANGER, since: 1_003, until: 6_000, isRight: null };
    assert.deepEqual(journal.request(requestId)?.answer, asked);
    assert.deepEqual(journal.unfinishedRequests()[0]?.answer, asked);
    assert.deepEqual(journal.answer(requestId), { record: "0x02", output: OUTPUT });
  });

  it("go back block by block when a re-org takes them", (t) => {
    const journal = temporaryJournal(t);
    disputed(journal);
    journal.rollBackTo(block(2));
    assert.deepEqual(journal.request(requestId)?.answer, { ...standing, isRight: null });
    assert.equal(journal.answer(requestId)?.record, "0x01");
    journal.rollBackTo(block(1));
    assert.equal(journal.request(requestId)?.answer, null);
    const other = Uint8Array.of(9);
    journal.applyBlock({ block: block(2, 1, 0), events: [answered(other)] });
    assert.deepEqual(journal.answer(requestId)?.output, other);
  });

  it("are right or wrong by what this node computed", (t) => {
    const journal = temporaryJournal(t);
    disputed(journal);
    journal.recordOutput(requestId, { output: OUTPUT, seconds: 1 });
    assert.equal(journal.request(requestId)?.answer?.isRight, true);
    journal.rollBackTo(block(1));
    journal.applyBlock({ block: block(2, 1, 0), events: [answered(Uint8Array.of(9))] });
    assert.equal(journal.request(requestId)?.answer?.isRight, false);
  });

  it("of requests it never saw are passed over", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [answered(), challenged] });
    assert.equal(journal.answer(requestId), null);
  });
});

describe("SqliteJournal: refutations", () => {
  const commitment = hex(0xc0);

  it("are kept with the block that committed to them, until a re-org takes it", (t) => {
    const journal = temporaryJournal(t);
    disputed(journal);
    assert.equal(journal.refutation(requestId), null);
    assert.equal(journal.request(requestId)?.refutation, null);
    journal.recordRefutation(requestId, { proof: PROOF, commitment });
    journal.recordRefutation(requestId, { proof: PROOF, commitment: hex(1) });
    assert.deepEqual(journal.refutation(requestId), { proof: PROOF, commitment });
    assert.deepEqual(journal.request(requestId)?.refutation, { committedIn: null });
    assert.equal(journal.request(requestId)?.hasProof, false, "it is no proof of the answer");
    const committed = { kind: "committed", commitment } as const;
    journal.applyBlock({ block: block(4), events: [committed] });
    assert.deepEqual(journal.request(requestId)?.refutation, { committedIn: 4 });
    journal.rollBackTo(block(3));
    assert.deepEqual(journal.request(requestId)?.refutation, { committedIn: null });
    assert.equal(journal.stageTimes(releaseId).prove, PROOF.seconds);
  });

  it("follow the first word of a second execution", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [requested(1)] });
    assert.equal(journal.request(requestId)?.isConfirmed, null);
    journal.recordConfirmation(requestId, false);
    journal.recordConfirmation(requestId, true);
    assert.equal(journal.request(requestId)?.isConfirmed, false);
  });
});

describe("SqliteJournal: judges", () => {
  it("are remembered once they were compared", (t) => {
    const journal = temporaryJournal(t);
    assert.deepEqual(journal.judges(), new Set());
    journal.recordJudge(releaseId);
    journal.recordJudge(releaseId);
    assert.deepEqual(journal.judges(), new Set([releaseId]));
  });
});

describe("SqliteJournal: transactions in flight, and batches", () => {
  it("are in flight until a journaled block holds them, and open until they are done", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [requested(1)] });
    const entry = {
      requestId,
      sender: SENDER,
      nonce: 0,
      purpose: "fulfill",
      reason: null,
    } as const;
    const bytes = attempt(1);
    const { id } = journal.insertTransaction({ ...entry, attempt: bytes });
    const ids = () => {
      const row = journal.request(requestId);
      return [row?.inFlightId, row?.transactionId];
    };
    assert.deepEqual(ids(), [id, id]);
    const mined = { number: 2, hash: blockHash(2) };
    journal.recordReceipt(id, { hash: bytes.hash, block: mined, succeeded: true, gasUsed: 1n });
    assert.deepEqual(ids(), [id, id], "what it did is not journaled yet");
    journal.applyBlock({ block: block(2), events: [answered()] });
    assert.deepEqual(ids(), [null, id]);
    journal.rollBackTo(block(1));
    assert.deepEqual(ids(), [id, id]);
    journal.markDone(id);
    assert.deepEqual(ids(), [null, null]);
  });

  it("hold up every request of a batch, and are told of each", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [1, 2, 3].map(requested) });
    const otherIds = [2, 3].map((index) => openRequest(index).requestId);
    const purpose = "finalizeMany";
    const entry = { requestId, otherIds, sender: SENDER, nonce: 0, purpose, reason: null } as const;
    const row = journal.insertTransaction({ ...entry, attempt: attempt(1) });
    assert.deepEqual(row.otherIds, otherIds);
    for (const id of [requestId, ...otherIds]) {
      assert.equal(journal.request(id)?.inFlightId, row.id);
      assert.deepEqual(journal.transactionsOf(id), [row]);
    }
    assert.equal(journal.prune({ keptSince: 9e12, finalNumber: 1, atMost: 9 }), 0, "it is open");
    journal.markDone(row.id);
    const next = { ...entry, otherIds: [], nonce: 1 };
    journal.insertTransaction({ ...next, attempt: attempt(2) });
    assert.equal(journal.prune({ keptSince: 9e12, finalNumber: 1, atMost: 9 }), 2);
    assert.deepEqual(journal.transactionsOf(requestId)[0]?.otherIds, []);
  });
});

describe("SqliteJournal.prune, at level Optimistic", () => {
  it("keeps an answer past its request's deadline until its window is long over", (t) => {
    const journal = temporaryJournal(t, () => 0);
    disputed(journal);
    journal.recordOutput(requestId, { output: OUTPUT, seconds: 1 });
    journal.recordConfirmation(requestId, true);
    journal.recordRefutation(requestId, { proof: PROOF, commitment: hex(1) });
    // Deadline of the request: 3,000; of the proof: 6,000.
    const limits = { finalNumber: 1, atMost: 10 };
    assert.equal(journal.prune({ ...limits, keptSince: 6_000_000 }), 0);
    assert.equal(journal.prune({ ...limits, keptSince: 6_000_001 }), 1);
    assert.equal(journal.answer(requestId), null);
    assert.equal(journal.refutation(requestId), null);
  });
});

describe("SqliteJournal.pruneCommitments", () => {
  const [own, stranger] = [hex(0xc0), hex(0xc1)];
  const committed = (commitment: Hex): ChainEvent => ({ kind: "committed", commitment });
  const overturned = (transactionHash: Hex): ChainEvent => ({
    kind: "ended",
    requestId,
    status: "Overturned",
    transactionHash,
  });
  const all = { finalNumber: 99, atMost: 10 };

  /** The block a commitment is remembered in, as a proof that comes now would find it. */
  function blockOf(journal: SqliteJournal, commitment: Hex): number | null | undefined {
    if (journal.refutation(requestId) === null) {
      journal.recordRefutation(requestId, { proof: PROOF, commitment });
    }
    return journal.request(requestId)?.refutation?.committedIn;
  }

  it("forgets others' from before every answer that stands", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [requested(1), committed(hex(1))] });
    journal.applyBlock({ block: block(2), events: [answered(), committed(own)] });
    assert.equal(journal.pruneCommitments(all), 1);
    assert.equal(journal.pruneCommitments(all), 0);
    assert.equal(blockOf(journal, own), 2, "the journal was lost, and the proof is made again");
  });

  it("forgets them all once no answer stands, the oldest first", (t) => {
    const journal = temporaryJournal(t);
    for (const number of [1, 2, 3]) {
      journal.applyBlock({ block: block(number), events: [committed(hex(number))] });
    }
    journal.applyBlock({ block: block(4), events: [requested(1)] });
    assert.equal(journal.pruneCommitments({ ...all, atMost: 2 }), 2);
    assert.equal(blockOf(journal, hex(3)), 3);
    assert.equal(journal.pruneCommitments(all), 0);
  });

  it("forgets nothing that a re-org could bring back", (t) => {
    const journal = temporaryJournal(t);
    disputed(journal);
    journal.applyBlock({ block: block(4), events: [committed(stranger)] });
    journal.applyBlock({ block: block(5), events: [overturned(hex(5))] });
    assert.equal(journal.pruneCommitments({ ...all, finalNumber: 3 }), 0, "its block may go");
    assert.equal(journal.pruneCommitments({ ...all, finalNumber: 4 }), 0, "its end may go");
    assert.equal(journal.pruneCommitments({ ...all, finalNumber: 5 }), 1);
  });

  it("forgets its own with the request, and not before", (t) => {
    const journal = temporaryJournal(t, () => 0);
    disputed(journal);
    journal.recordOutput(requestId, { output: OUTPUT, seconds: 1 });
    journal.recordRefutation(requestId, { proof: PROOF, commitment: own });
    journal.applyBlock({ block: block(4), events: [committed(own)] });
    journal.applyBlock({ block: block(5), events: [overturned(hex(5))] });
    assert.equal(journal.pruneCommitments(all), 0);
    assert.equal(journal.request(requestId)?.refutation?.committedIn, 4);
    assert.equal(journal.prune({ ...all, keptSince: 1 }), 1);
    assert.equal(journal.pruneCommitments(all), 1);
  });
});

describe("SqliteJournal, on a journal of the version before level Optimistic", () => {
  it("reads its agreements, which lock no bond", (t) => {
    const path = join(temporaryFolder(t), "journal.db");
    const old = new DatabaseSync(path);
    for (const script of MIGRATIONS.slice(0, 3)) old.exec(script);
    const agreement = {
      assignedAt: 1,
      verifierId: "1",
      price: "5",
      latePenalty: "2",
      maxGasPrice: "3",
      callbackGas: 4,
      outputLength: 6,
    };
    old.exec(`
      PRAGMA user_version = 3;
      INSERT INTO settings VALUES ('deployment', '${DEPLOYMENT}');
      INSERT INTO requests (request_id, release_id, level, requester, operator_id, input,
        primary_until, deadline, preimage, journaled_at, seen_at, seen_block, seen_hash, agreement)
        VALUES ('${requestId}', '${releaseId}', 'Zk', '${hex(1, 20)}', '11', x'0102', 2000, 3000,
          '0x', 5, 5, 1, '${block(1).hash}', '${JSON.stringify(agreement)}');
    `);
    old.close();
    const journal = openJournal(path);
    t.after(() => {
      journal.close();
    });
    const row = journal.request(requestId);
    assert.equal(row?.agreement?.bond, 0n);
    assert.equal(row?.agreement?.grade, 0n);
    assert.equal(row?.answer, null);
  });
});
