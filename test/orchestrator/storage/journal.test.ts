import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import {
  agreement,
  attempt,
  block,
  blockHash,
  hex,
  openJournal,
  openRequest,
  PROOF,
  temporaryFolder,
  temporaryJournal,
} from "../support/builders.ts";
import { SqliteJournal } from "../../../orchestrator/storage/journal.ts";

const SENDER = hex(0x5e, 20);
const request = openRequest(1);
const FULFIL = { purpose: "fulfill", reason: null } as const;
const LATER = agreement({ assignedAt: 1_100 });

describe("SqliteJournal: blocks and requests", () => {
  it("remembers a request with the block it was seen in", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(10), events: [{ kind: "requested", request }] });
    assert.deepEqual(journal.request(request.requestId), {
      ...request,
      inputLength: 4,
      seen: { number: 10, hash: blockHash(10) },
      ending: null,
      failure: null,
      hasOutput: false,
      hasProof: false,
      answer: null,
      isConfirmed: null,
      refutation: null,
      transactionId: null,
      inFlightId: null,
      journaledAt: 7,
      seenAt: 7,
    });
    assert.deepEqual(journal.tip(), block(10));
  });

  it("ignores the ending of a request that it never saw", (t) => {
    const journal = temporaryJournal(t);
    const transactionHash = hex(1);
    const requestId = hex(0xdead);
    const events = [{ kind: "ended", requestId, status: "Expired", transactionHash }] as const;
    journal.applyBlock({ block: block(10), events });
    assert.equal(journal.request(requestId), null);
  });

  it("takes over a new assignment and gives it back when its block is rolled back", (t) => {
    const journal = temporaryJournal(t);
    const { requestId } = request;
    const next = `${request.preimage.slice(0, -2)}02`;
    const assigned = (operatorId: bigint) => {
      const change = { primaryUntil: 2_500, agreement: LATER, preimage: next };
      const reassignment = { requestId, operatorId, ...change };
      return [{ kind: "reassigned", reassignment } as const];
    };
    journal.applyBlock({ block: block(10), events: [{ kind: "requested", request }] });
    journal.applyBlock({ block: block(11), events: assigned(77n) });
    journal.applyBlock({ block: block(12), events: assigned(0n) });
    assert.equal(journal.request(requestId)?.operatorId, 0n);
    assert.equal(journal.request(requestId)?.preimage, next);
    assert.deepEqual(journal.request(requestId)?.agreement, LATER);
    journal.rollBackTo(block(11));
    assert.equal(journal.request(requestId)?.operatorId, 77n);
    journal.rollBackTo(block(10));
    const { operatorId, primaryUntil, agreement: agreed, preimage } = request;
    const found = journal.request(requestId);
    assert.ok(found !== null);
    assert.deepEqual(
      [found.operatorId, found.primaryUntil, found.agreement, found.preimage],
      [operatorId, primaryUntil, agreed, preimage],
    );
  });

  it("passes over a new assignment that is another request's", (t) => {
    const journal = temporaryJournal(t);
    const { requestId } = request;
    journal.applyBlock({ block: block(10), events: [{ kind: "requested", request }] });
    const other = `0x${"9".repeat(14 * 64)}02`;
    const change = { primaryUntil: 2_500, agreement: LATER, preimage: other };
    const reassignment = { requestId, operatorId: 77n, ...change };
    journal.applyBlock({ block: block(11), events: [{ kind: "reassigned", reassignment }] });
    assert.equal(journal.request(requestId)?.preimage, request.preimage);
    assert.equal(journal.request(requestId)?.operatorId, request.operatorId);
  });

  it("passes over a new assignment of a request that it never saw", (t) => {
    const journal = temporaryJournal(t);
    const requestId = hex(0xdead);
    const change = { primaryUntil: 1, agreement: LATER, preimage: "0x" };
    const reassignment = { requestId, operatorId: 1n, ...change };
    journal.applyBlock({ block: block(10), events: [{ kind: "reassigned", reassignment }] });
    assert.equal(journal.request(requestId), null);
  });

  it("undoes sightings, endings and receipts of rolled-back blocks and keeps the work", (t) => {
    const journal = temporaryJournal(t);
    const { requestId } = request;
    journal.applyBlock({ block: block(9), events: [] });
    journal.applyBlock({ block: block(10), events: [{ kind: "requested", request }] });
    journal.recordOutput(requestId, { output: Uint8Array.of(7), seconds: 1 });
    journal.recordProof(requestId, PROOF);
    const entry = { requestId, sender: SENDER, nonce: 0, ...FULFIL, attempt: attempt(1) };
    const { id } = journal.insertTransaction(entry);
    const receipt = {
      hash: attempt(1).hash,
      block: { number: 11, hash: blockHash(11) },
      succeeded: true,
      gasUsed: 5n,
    };
    journal.recordReceipt(id, receipt);
    journal.markDone(id);
    const ended = { kind: "ended", requestId, status: "Finalized" } as const;
    journal.applyBlock({ block: block(11), events: [{ ...ended, transactionHash: hex(1) }] });
    assert.equal(journal.request(requestId)?.ending?.status, "Finalized");

    journal.rollBackTo(block(9));

    const row = journal.request(requestId);
    assert.equal(row?.seen, null);
    assert.equal(row?.ending, null);
    assert.equal(row?.hasProof, true);
    assert.deepEqual(journal.proof(requestId), PROOF);
    assert.equal(journal.openTransactions(SENDER)[0]?.state, "Signed");
    assert.equal(journal.openTransactions(SENDER)[0]?.receipt, null);
    assert.deepEqual(journal.tip(), block(9));
  });

  it("takes over the terms of the block in which a moved request is seen again", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(9), events: [] });
    journal.applyBlock({ block: block(10), events: [{ kind: "requested", request }] });
    journal.rollBackTo(block(9));
    const moved = { ...request, operatorId: 77n, deadline: 4_000, preimage: "{}" };
    const events = [{ kind: "requested", request: moved }] as const;
    journal.applyBlock({ block: block(10, 1, 0), events });
    const row = journal.request(request.requestId);
    assert.equal(row?.operatorId, moved.operatorId);
    assert.equal(row?.deadline, 4_000);
    assert.equal(row?.preimage, "{}");
    assert.deepEqual(row?.seen, { number: 10, hash: blockHash(10, 1) });
  });

  it("lists requests that have not ended, oldest first", (t) => {
    const journal = temporaryJournal(t);
    const requests = [1, 2, 3, 4].map((index) => openRequest(index));
    const events = requests.map((each) => ({ kind: "requested", request: each }) as const);
    journal.applyBlock({ block: block(1), events });
    const failure = { code: "ModelRefused", message: "no", stage: "infer" } as const;
    journal.recordFailure(openRequest(2).requestId, failure);
    const ended = { kind: "ended", requestId: openRequest(3).requestId } as const;
    journal.applyBlock({
      block: block(2),
      events: [{ ...ended, status: "Expired", transactionHash: hex(1) }],
    });
    const left = journal.unfinishedRequests().map((row) => row.requestId);
    assert.deepEqual(
      left,
      [1, 2, 4].map((index) => openRequest(index).requestId),
    );
  });
});

describe("SqliteJournal: answers and transactions", () => {
  it("keeps the first output and the first proof of a request", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [{ kind: "requested", request }] });
    const first = { output: Uint8Array.of(1), seconds: 1 };
    journal.recordOutput(request.requestId, first);
    journal.recordOutput(request.requestId, { output: Uint8Array.of(2), seconds: 2 });
    assert.deepEqual(journal.output(request.requestId), first);
    journal.recordProof(request.requestId, PROOF);
    journal.recordProof(request.requestId, { ...PROOF, commitment: 1n });
    assert.deepEqual(journal.proof(request.requestId), PROOF);
  });

  it("refuses a second transaction on a nonce that is taken", (t) => {
    const journal = temporaryJournal(t);
    const other = openRequest(2);
    const events = [request, other].map((each) => ({ kind: "requested", request: each }) as const);
    journal.applyBlock({ block: block(1), events });
    const entry = { sender: SENDER, nonce: 3, ...FULFIL };
    journal.insertTransaction({ ...entry, requestId: request.requestId, attempt: attempt(1) });
    assert.throws(() =>
      journal.insertTransaction({ ...entry, requestId: other.requestId, attempt: attempt(2) }),
    );
    assert.equal(journal.openTransactions(SENDER).length, 1);
    assert.equal(journal.highestNonce(SENDER), 3);
  });

  it("keeps all attempts of a transaction in their order", (t) => {
    const journal = temporaryJournal(t);
    journal.applyBlock({ block: block(1), events: [{ kind: "requested", request }] });
    const { requestId } = request;
    const entry = { requestId, sender: SENDER, nonce: 0, ...FULFIL, attempt: attempt(1) };
    const { id } = journal.insertTransaction(entry);
    journal.insertAttempt(id, attempt(2, { purpose: "cancel" }));
    assert.deepEqual(journal.transactionsOf(requestId)[0]?.attempts, [
      attempt(1),
      attempt(2, { purpose: "cancel" }),
    ]);
    assert.equal(journal.request(requestId)?.transactionId, id);
    journal.markDone(id);
    assert.equal(journal.request(requestId)?.transactionId, null);
  });
});

describe("SqliteJournal: the file", () => {
  it("refuses a second writer while the first lives", (t) => {
    const path = join(temporaryFolder(t), "journal.db");
    const first = openJournal(path);
    assert.throws(() => openJournal(path), { code: "JournalLocked" });
    first.close();
    openJournal(path).close();
  });

  it("refuses a file that is no journal, a truncated one, and a place that is no folder", (t) => {
    const path = join(temporaryFolder(t), "journal.db");
    openJournal(path).close();
    truncateSync(path, 5_000);
    assert.throws(() => openJournal(path), { code: "JournalUnusable" });
    writeFileSync(path, "these bytes are no database".repeat(200));
    assert.throws(() => openJournal(path), { code: "JournalUnusable" });
    assert.throws(() => openJournal(join(path, "journal.db")), { code: "JournalUnusable" });
  });

  it("refuses the journal of another deployment", (t) => {
    const path = join(temporaryFolder(t), "journal.db");
    openJournal(path).close();
    const clock = { now: () => 0 };
    const foreign = { path, deployment: "1:0xff", clock };
    assert.throws(() => new SqliteJournal(foreign), { code: "JournalForeign" });
    openJournal(path).close();
  });

  it("has everything that returned before a kill -9, and nothing by halves", async (t) => {
    const path = join(temporaryFolder(t), "journal.db");
    const script = join(import.meta.dirname, "../support/journalWriter.ts");
    const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.split("\n").length > 40) child.kill("SIGKILL");
    });
    await once(child, "exit");

    const journal = openJournal(path);
    t.after(() => {
      journal.close();
    });
    const acknowledged = Number(printed.trim().split("\n").at(-1));
    const tip = journal.tip();
    assert.ok(acknowledged >= 39);
    assert.ok(tip !== null && tip.number >= acknowledged);
    for (let number = 1; number <= tip.number; number++) {
      assert.notEqual(journal.request(openRequest(number).requestId), null, `request ${number}`);
    }
    assert.equal(journal.unfinishedRequests().length, tip.number);
  });
});
