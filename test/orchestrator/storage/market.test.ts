import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { describe, it } from "node:test";

import { MIGRATIONS } from "../../../orchestrator/storage/migrations.ts";
import {
  attempt,
  block,
  DEPLOYMENT,
  hex,
  openJournal,
  openRequest,
  PROOF,
  temporaryFolder,
  temporaryJournal,
} from "../support/builders.ts";

const SENDER = hex(0x5e, 20);
const { requestId, releaseId } = openRequest(1);
const requested = (index: number) => ({ kind: "requested", request: openRequest(index) }) as const;

describe("SqliteJournal: times of stages", () => {
  it("are known once they were measured, follow a rise at once and a fall by and by", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [1, 2, 3].map(requested) });
    const record = (index: number, seconds: number) => {
      const { requestId: id } = openRequest(index);
      journal.recordOutput(id, { output: Uint8Array.of(1), seconds });
      journal.recordProof(id, { ...PROOF, seconds: 10 * seconds });
    };
    journal.recordOutput(requestId, { output: Uint8Array.of(1), seconds: 1 });
    assert.deepEqual(journal.stageTimes(releaseId), { infer: 1, prove: null });
    record(1, 1);
    assert.deepEqual(journal.stageTimes(releaseId), { infer: 1, prove: 10 });
    record(2, 3);
    assert.deepEqual(journal.stageTimes(releaseId), { infer: 3, prove: 30 });
    record(3, 1);
    const { infer, prove } = journal.stageTimes(releaseId);
    assert.ok(infer !== null && prove !== null);
    assert.ok(Math.abs(infer - 2.4) < 1e-9 && Math.abs(prove - 24) < 1e-9);
    assert.deepEqual(journal.stageTimes(hex(0xbad)), { infer: null, prove: null });
  });
});

describe("SqliteJournal: revoked verifiers", () => {
  it("are known until their block is rolled back", (t) => {
    const journal = temporaryJournal(t);
    const revoked = (verifierId: bigint) => ({ kind: "revoked", verifierId }) as const;
    journal.applyBlock({ block: block(1), events: [revoked(2n)] });
    journal.applyBlock({ block: block(2), events: [revoked(7n)] });
    assert.deepEqual(journal.revokedVerifiers(), new Set([2n, 7n]));
    journal.rollBackTo(block(1));
    assert.deepEqual(journal.revokedVerifiers(), new Set([2n]));
  });
});

describe("SqliteJournal: purposes", () => {
  it("are kept with their reason; a note about gas does not hold the request up", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [requested(1)] });
    const note = { purpose: "noteBaseFee", reason: null } as const;
    const declined = { purpose: "decline", reason: "AnswerTooLate" } as const;
    const entry = { requestId, sender: SENDER };
    journal.insertTransaction({ ...entry, nonce: 0, ...note, attempt: attempt(1) });
    assert.equal(journal.request(requestId)?.transactionId, null);
    const bytes = attempt(2, { purpose: "decline" });
    const { id } = journal.insertTransaction({ ...entry, nonce: 1, ...declined, attempt: bytes });
    assert.equal(journal.request(requestId)?.transactionId, id);
    const rows = journal
      .transactionsOf(requestId)
      .map(({ purpose, reason }) => ({ purpose, reason }));
    assert.deepEqual(rows, [note, declined]);
  });
});

describe("SqliteJournal.prune", () => {
  const DAY = 86_400_000;
  const ended = (index: number) =>
    ({
      kind: "ended",
      requestId: openRequest(index).requestId,
      status: "Finalized",
      transactionHash: hex(index),
    }) as const;

  it("forgets what ended long ago under the finalised tag, with all that hangs on it", (t) => {
    const time = { now: 10 * DAY };
    const path = join(temporaryFolder(t), "journal.db");
    const journal = openJournal(path, () => time.now);
    const open = openRequest(3, { deadline: 100 * DAY });
    const requests = [requested(1), requested(2), { kind: "requested", request: open } as const];
    journal.applyBlock({ block: block(1), events: requests });
    journal.recordOutput(requestId, { output: Uint8Array.of(1), seconds: 1 });
    journal.recordProof(requestId, PROOF);
    for (const nonce of [0, 1]) {
      const id = openRequest(nonce + 1).requestId;
      const intent = { requestId: id, purpose: "fulfill", reason: null, sender: SENDER } as const;
      const bytes = attempt(nonce);
      const row = journal.insertTransaction({ ...intent, nonce, attempt: bytes });
      journal.markDone(row.id);
    }
    const { preimage, agreement, primaryUntil } = openRequest(1);
    const reassignment = { requestId, operatorId: 5n, primaryUntil, agreement, preimage };
    journal.applyBlock({ block: block(2), events: [{ kind: "reassigned", reassignment }] });
    journal.applyBlock({ block: block(3), events: [ended(1), ended(2)] });
    const kept = { keptSince: 10 * DAY + 1, finalNumber: 3, atMost: 10 };

    assert.equal(journal.prune({ ...kept, keptSince: 10 * DAY }), 0, "not yet old");
    assert.equal(journal.prune({ ...kept, finalNumber: 2 }), 0, "not yet final");
    assert.equal(journal.prune({ ...kept, atMost: 0 }), 0);
    assert.equal(journal.prune(kept), 1);
    assert.equal(journal.request(requestId), null);
    assert.equal(journal.output(requestId), null);
    assert.equal(journal.proof(requestId), null);
    assert.deepEqual(journal.transactionsOf(requestId), []);
    assert.notEqual(journal.request(openRequest(2).requestId), null, "it holds the highest nonce");
    assert.equal(journal.highestNonce(SENDER), 1);
    assert.notEqual(journal.request(openRequest(3).requestId), null, "it is open");
    assert.deepEqual(journal.stageTimes(releaseId), { infer: 1, prove: 0.5 }, "times stay");
    journal.close();

    const raw = new DatabaseSync(path);
    const count = (table: string) =>
      Number(raw.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"]);
    const counts = ["requests", "outputs", "proofs", "attempts", "reassignments"].map(count);
    raw.close();
    assert.deepEqual(counts, [2, 0, 0, 1, 0]);
  });

  it("forgets what nobody ended, but nothing whose transaction is open", (t) => {
    const journal = temporaryJournal(t, () => 0);
    journal.applyBlock({ block: block(1), events: [requested(1), requested(2)] });
    const intent = { purpose: "expire", reason: null, sender: SENDER } as const;
    const entry = { requestId: openRequest(2).requestId, nonce: 0, attempt: attempt(1) };
    journal.insertTransaction({ ...intent, ...entry });
    // The deadline of both is second 3,000.
    const limits = { finalNumber: 1, atMost: 10 };
    assert.equal(journal.prune({ ...limits, keptSince: 3_000_000 }), 0);
    assert.equal(journal.prune({ ...limits, keptSince: 3_000_001 }), 1);
    assert.equal(journal.request(requestId), null);
    // Its event may still come.
    journal.applyBlock({ block: block(2), events: [ended(1)] });
    assert.equal(journal.request(requestId), null);
  });

  it("takes what is older than all remembered blocks for final where the RPC names none", (t) => {
    const journal = temporaryJournal(t, () => 0);
    journal.applyBlock({ block: block(1), events: [requested(1)] });
    journal.applyBlock({ block: block(2), events: [ended(1)] });
    const limits = { keptSince: 1, finalNumber: -1, atMost: 10 };
    assert.equal(journal.prune(limits), 0);
    journal.applyBlock({ block: block(8_195), events: [] });
    assert.equal(journal.prune(limits), 1);
  });
});

describe("SqliteJournal, on a journal of an earlier version", () => {
  it("keeps requests, answers and transactions, and knows what each was for", (t) => {
    const path = join(temporaryFolder(t), "journal.db");
    const old = new DatabaseSync(path);
    for (const script of MIGRATIONS.slice(0, 2)) old.exec(script);
    old.exec(`
      PRAGMA user_version = 2;
      INSERT INTO settings VALUES ('deployment', '${DEPLOYMENT}');
      INSERT INTO requests (request_id, release_id, level, requester, operator_id, input,
        primary_until, deadline, preimage, journaled_at, seen_at, seen_block, seen_hash)
        VALUES ('${requestId}', '${releaseId}', 'Zk', '${hex(1, 20)}', '11', x'0102', 2000, 3000,
          '0x', 5, 5, 1, '${block(1).hash}');
      INSERT INTO outputs VALUES ('${requestId}', x'07', 1.5);
      INSERT INTO proofs SELECT request_id,
        '{"proof":{"a":["1","2"],"b":[["3","4"],["5","6"]],"c":["7","8"]},"commitment":"9"}', 4.5
        FROM outputs;
      INSERT INTO transactions (request_id, sender, nonce, state)
        VALUES ('${requestId}', '${SENDER}', 3, 'Signed');
      INSERT INTO attempts VALUES ('${hex(9)}', 1, '0x01', 'fulfill', '9', '1', 6);
    `);
    old.close();

    const journal = openJournal(path);
    t.after(() => {
      journal.close();
    });
    const row = journal.request(requestId);
    assert.equal(row?.agreement, null);
    assert.equal(row?.inputLength, 2);
    assert.deepEqual(journal.stageTimes(releaseId), { infer: 1.5, prove: 4.5 });
    const [transaction] = journal.openTransactions(SENDER);
    assert.equal(transaction?.purpose, "fulfill");
    assert.equal(transaction?.reason, null);
    assert.deepEqual(journal.revokedVerifiers(), new Set());
  });
});
