import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { BaseFeeNotes } from "../../../orchestrator/services/baseFeeNotes.ts";
import {
  attempt,
  block,
  blockHash,
  GWEI,
  hex,
  openRequest,
  temporaryJournal,
  viewOf,
} from "../support/builders.ts";

const SENDER = hex(0x5e, 20);
const { requestId } = openRequest(1);

/** Gas at 60 gwei; the request pays for 50. */
function setUp(t: TestContext) {
  const journal = temporaryJournal(t);
  const events = [1, 2].map(
    (index) => ({ kind: "requested", request: openRequest(index) }) as const,
  );
  journal.applyBlock({ block: block(1), events });
  const chain = { noted: 0n, asked: 0, height: 12, baseFee: 60n * GWEI };
  const notes = new BaseFeeNotes({
    journal,
    sender: SENDER,
    async notedBaseFee() {
      chain.asked += 1;
      return chain.noted;
    },
  });
  const wanted = () => {
    const head = { number: chain.height, timestamp: 1_500 };
    const market = { baseFee: chain.baseFee, tip: GWEI, isCoin: true };
    return notes.wanted(journal.unfinishedRequests(), viewOf({ head, market }));
  };
  return { journal, chain, wanted };
}

describe("BaseFeeNotes", () => {
  it("wants one note for all requests, and asks the registry once per block", async (t) => {
    const { chain, wanted } = setUp(t);
    const intent = { requestId, purpose: "noteBaseFee", reason: null };
    assert.deepEqual(await wanted(), [intent]);
    assert.deepEqual(await wanted(), []);
    chain.height += 1;
    assert.deepEqual(await wanted(), [intent]);
    assert.equal(chain.asked, 2);
  });

  it("asks nobody while gas is within what requests pay", async (t) => {
    const { chain, wanted } = setUp(t);
    chain.baseFee = 50n * GWEI;
    assert.deepEqual(await wanted(), []);
    assert.equal(chain.asked, 0);
  });

  it("wants none while one waits for its block, and none once it is noted", async (t) => {
    const { journal, chain, wanted } = setUp(t);
    const intent = { requestId, purpose: "noteBaseFee", reason: null } as const;
    const bytes = attempt(1, { purpose: "noteBaseFee" });
    const { id } = journal.insertTransaction({
      ...intent,
      sender: SENDER,
      nonce: 0,
      attempt: bytes,
    });
    assert.deepEqual(await wanted(), []);
    assert.equal(journal.request(requestId)?.transactionId, null, "it does not hold the answer up");

    const at = { number: 13, hash: blockHash(13) };
    journal.recordReceipt(id, { hash: bytes.hash, block: at, succeeded: true, gasUsed: 1n });
    chain.noted = 60n * GWEI;
    chain.height = 13;
    assert.deepEqual(await wanted(), []);
    assert.equal(chain.asked, 1);
  });
});
