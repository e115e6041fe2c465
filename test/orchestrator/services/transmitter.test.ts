import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import type { SqliteJournal } from "../../../orchestrator/storage/journal.ts";
import type { OpenRequest } from "../../../orchestrator/domain/request.ts";
import { Transmitter } from "../../../orchestrator/services/transmitter.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";
import { createNodeMetrics } from "../../../orchestrator/telemetry/nodeMetrics.ts";
import { block, OPERATOR, openRequest, PROOF, temporaryJournal } from "../support/builders.ts";
import { FakeSettlement } from "../support/fakeSettlement.ts";

const OUTPUT = { output: Uint8Array.of(1), seconds: 0.1 };
const [first, second] = [openRequest(1), openRequest(2)];

const answerOf = ({ requestId }: Pick<OpenRequest, "requestId">) =>
  ({ requestId, purpose: "fulfill", reason: null }) as const;

interface Stand {
  readonly journal: SqliteJournal;
  readonly chain: FakeSettlement;
  readonly time: { now: number };
  /** A new process on the same journal. */
  readonly restart: () => Transmitter;
  /** A block on the chain that the follower applies. */
  readonly mine: () => void;
}

/** Two requests, answered and proven, in block 1. */
function setUp(t: TestContext, chain = new FakeSettlement()): Stand {
  const time = { now: 1_000 };
  const journal = temporaryJournal(t, () => time.now);
  const events = [first, second].map((request) => ({ kind: "requested", request }) as const);
  chain.mine();
  journal.applyBlock({ block: block(1), events });
  for (const { requestId } of [first, second]) {
    journal.recordOutput(requestId, OUTPUT);
    journal.recordProof(requestId, PROOF);
  }
  const restart = () =>
    new Transmitter({
      journal,
      chain,
      clock: { now: () => time.now },
      logger: silentLogger,
      metrics: createNodeMetrics(),
      settings: {
        operatorId: OPERATOR,
        secret: "secret",
        feeCaps: { maxFeePerGas: 100n, maxPriorityFeePerGas: 2n },
        bumpAfterMs: 10_000,
        repeatAfterMs: 2_000,
        doneDepth: 1,
        maxPending: 4,
      },
    });
  const mine = () => {
    chain.mine();
    const requests = [first, second];
    const ended = requests.flatMap(({ requestId }) => {
      const transactionHash = chain.settled.get(requestId);
      const isNews = journal.request(requestId)?.ending === null;
      if (transactionHash === undefined || !isNews) return [];
      return [{ kind: "ended", requestId, status: "Finalized", transactionHash } as const];
    });
    journal.applyBlock({ block: block(chain.height), events: ended });
  };
  return { journal, chain, time, restart, mine };
}

describe("Transmitter.send", () => {
  it("journals the signed bytes before anybody else sees them", async (t) => {
    const { journal, chain, restart } = setUp(t);
    let journaled = 0;
    const broadcast = chain.broadcast.bind(chain);
    chain.broadcast = async (raw) => {
      journaled = journal
        .openTransactions(chain.sender)
        .filter((row) => row.attempts.some((attempt) => attempt.raw === raw)).length;
      return broadcast(raw);
    };
    assert.equal(await restart().send(answerOf(first)), true);
    assert.equal(journaled, 1);
  });

  it("gives each settlement the next nonce without waiting for the one before", async (t) => {
    const { chain, restart, mine, journal } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    await transmitter.send(answerOf(second));
    assert.deepEqual([...chain.mempool.keys()], [0, 1]);
    mine();
    await transmitter.tend();
    assert.equal(chain.settled.size, 2);
    mine();
    await transmitter.tend();
    assert.deepEqual(journal.openTransactions(chain.sender), []);
  });

  it("signs nothing the contract refuses, and nothing above the fee cap", async (t) => {
    const { journal, chain, restart } = setUp(t);
    chain.refusal = "ProofInvalid";
    await assert.rejects(restart().send(answerOf(first)), { code: "ContractReverted" });
    chain.refusal = null;
    chain.base = 100n;
    assert.equal(await restart().send(answerOf(first)), false);
    assert.equal(journal.highestNonce(chain.sender), null);
  });

  it("journals what a transaction is for, and why", async (t) => {
    const { chain, restart, journal } = setUp(t);
    const { requestId } = first;
    const intent = { requestId, purpose: "decline", reason: "AnswerTooLate" } as const;
    assert.equal(await restart().send(intent), true);
    const [row] = journal.openTransactions(chain.sender);
    assert.equal(row?.purpose, "decline");
    assert.equal(row?.reason, "AnswerTooLate");
    assert.equal(row?.attempts[0]?.purpose, "decline");
  });

  it("leaves half of the waiting transactions to what cannot wait", async (t) => {
    const { restart } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    await transmitter.send(answerOf(second));
    const expire = { requestId: first.requestId, purpose: "expire", reason: null } as const;
    assert.equal(await transmitter.send(expire), false);
    assert.equal(await transmitter.send(answerOf(first)), true);
  });

  it("keeps the number of transactions that wait for a block within bounds", async (t) => {
    const { chain, restart, journal } = setUp(t);
    const transmitter = restart();
    for (let index = 0; index < 4; index++) await transmitter.send(answerOf(first));
    assert.equal(await transmitter.send(answerOf(second)), false);
    assert.equal(journal.openTransactions(chain.sender).length, 4);
  });
});

describe("Transmitter.tend", () => {
  it("repeats the same bytes when a mempool lost them", async (t) => {
    const { chain, time, restart, mine } = setUp(t);
    const transmitter = restart();
    chain.isLosing = true;
    chain.broadcastResult = "unknown";
    await transmitter.send(answerOf(first));
    chain.isLosing = false;
    chain.broadcastResult = "accepted";
    time.now += 2_000;
    await transmitter.tend();
    mine();
    assert.equal(chain.settled.size, 1);
    assert.equal(new Set(chain.offered.map((each) => JSON.stringify(each))).size, 1);
  });

  it("takes a time-out for unknown, not for failed", async (t) => {
    const { journal, chain, restart, mine } = setUp(t);
    chain.broadcastResult = "unknown";
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    mine();
    await transmitter.tend();
    assert.equal(journal.transactionsOf(first.requestId)[0]?.receipt?.succeeded, true);
    assert.equal(chain.offered.length, 1);
  });

  it("replaces what is not mined on the same nonce, up to the cap and never above", async (t) => {
    const { chain, time, restart, mine, journal } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    chain.base = 60n;
    for (let round = 0; round < 20; round++) {
      time.now += 10_000;
      await transmitter.tend();
    }
    const { attempts } = journal.openTransactions(chain.sender)[0] ?? { attempts: [] };
    assert.ok(attempts.length > 1 && attempts.length < 20);
    assert.ok(attempts.every(({ maxFeePerGas }) => maxFeePerGas <= 100n));
    assert.deepEqual(new Set(chain.offered.map(({ nonce }) => nonce)), new Set([0]));
    mine();
    assert.equal(chain.settled.size, 1);
  });

  it("uses the nonce up with nothing when somebody else settled the request", async (t) => {
    const { journal, chain, time, restart, mine } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    chain.base = 60n;
    chain.settled.set(first.requestId, "0xabcd");
    mine();
    chain.base = 10n;
    time.now += 10_000;
    await transmitter.tend();
    mine();
    await transmitter.tend();
    const [row] = journal.transactionsOf(first.requestId);
    assert.equal(row?.attempts.at(-1)?.purpose, "cancel");
    assert.equal(row?.receipt?.succeeded, true);
    await transmitter.send(answerOf(second));
    mine();
    assert.equal(chain.settled.size, 2);
  });

  it("believes a receipt only once blocks stand on it, and sends again after a re-org", async (t) => {
    const { journal, chain, restart, mine } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    mine();
    await transmitter.tend();
    assert.equal(journal.transactionsOf(first.requestId)[0]?.state, "Mined");
    mine();
    await transmitter.tend();
    assert.equal(journal.transactionsOf(first.requestId)[0]?.state, "Done");

    chain.rollBackTo(1);
    journal.rollBackTo(block(1));
    assert.equal(chain.settled.size, 0);
    await transmitter.tend();
    mine();
    assert.equal(chain.settled.size, 1);
    assert.equal(new Set(chain.offered.map((each) => JSON.stringify(each))).size, 1);
  });

  it("forgets a receipt whose block the chain replaced before the journal saw it", async (t) => {
    const { journal, chain, restart } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    chain.mine();
    await transmitter.tend();
    assert.equal(journal.transactionsOf(first.requestId)[0]?.state, "Mined");
    chain.rollBackTo(1);
    journal.applyBlock({ block: block(2, 1, 0), events: [] });
    await transmitter.tend();
    await transmitter.tend();
    chain.mine();
    assert.equal(chain.settled.size, 1);
    assert.deepEqual(
      chain.offered.map(({ nonce }) => nonce),
      [0, 0],
    );
  });

  it("asks nothing about a mined transaction while it waits for depth", async (t) => {
    const { chain, restart, mine } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    mine();
    await transmitter.tend();
    const { calls } = chain;
    await transmitter.tend();
    assert.equal(chain.calls, calls);
  });

  it("holds bytes back while a re-org has the request off the chain, then signs anew", async (t) => {
    const { journal, chain, time, restart, mine } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    chain.rollBackTo(0);
    journal.rollBackTo(block(0));
    chain.forgetMempool();
    time.now += 5_000;
    await transmitter.tend();
    assert.equal(chain.offered.length, 1, "nothing is sent for a request that is not there");

    chain.mine();
    const moved = { ...first, preimage: "moved" };
    journal.applyBlock({ block: block(1, 1), events: [{ kind: "requested", request: moved }] });
    await transmitter.tend();
    assert.deepEqual(
      chain.offered.map(({ nonce }) => nonce),
      [0, 0],
    );
    assert.notDeepEqual(chain.offered[0], chain.offered[1]);
    mine();
    assert.equal(chain.settled.size, 1);
  });

  it("notices that a stranger used its nonce and frees the request", async (t) => {
    const { journal, chain, restart, mine } = setUp(t);
    const transmitter = restart();
    await transmitter.send(answerOf(first));
    chain.useNonce();
    for (let round = 0; round < 3; round++) {
      mine();
      await transmitter.tend();
    }
    assert.equal(journal.request(first.requestId)?.transactionId, null);
    await transmitter.send(answerOf(first));
    mine();
    assert.equal(chain.settled.size, 1);
    assert.equal(chain.nonce, 2);
  });
});

describe("Transmitter, killed at any call", () => {
  it("settles every request exactly once, under one nonce each", async (t) => {
    let crashes = 0;
    for (let crashAt = 1; ; crashAt++) {
      const chain = new FakeSettlement();
      const stand = setUp(t, chain);
      chain.crashAt = crashAt;
      let transmitter = stand.restart();
      let hasCrashed = false;
      for (let round = 0; round < 12; round++) {
        try {
          await transmitter.tend();
          for (const { requestId } of [first, second]) {
            const row = stand.journal.request(requestId);
            if (row?.ending === null && row.transactionId === null)
              await transmitter.send(answerOf({ requestId }));
          }
        } catch {
          hasCrashed = true;
          transmitter = stand.restart();
        }
        stand.time.now += 1_000;
        stand.mine();
      }
      assert.equal(chain.settled.size, 2, `crash at call ${crashAt}`);
      assert.equal(chain.nonce, 2, `crash at call ${crashAt}: no transaction too many`);
      if (!hasCrashed) break;
      crashes += 1;
    }
    assert.ok(crashes >= 12, `${crashes} calls tried`);
  });
});
