import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { Journal } from "../../../orchestrator/domain/nodePorts.ts";
import type { View } from "../../../orchestrator/domain/view.ts";
import { transact } from "../../../orchestrator/services/transact.ts";
import { ingest } from "../../../orchestrator/services/ingest.ts";
import type { Intent } from "../../../orchestrator/services/transmitter.ts";
import { Wake } from "../../../orchestrator/services/wake.ts";
import { silentLogger as logger } from "../../../orchestrator/telemetry/logger.ts";
import {
  attempt,
  block,
  blockHash,
  hex,
  OPERATOR,
  openRequest,
  PROOF,
  temporaryJournal,
  viewOf,
} from "../support/builders.ts";
import { FakeClock } from "../support/fakeClock.ts";

const { requestId } = openRequest(1);

/** Runs the loop over one proven request for some rounds and returns what it did. */
async function runRounds(
  t: TestContext,
  rounds: number,
  behaviour: {
    readonly send?: (round: number) => boolean;
    readonly tend?: (round: number) => void;
    /** Time of the newest block. */
    readonly timestamp?: number;
    readonly view?: Partial<View>;
  },
) {
  const journal = temporaryJournal(t);
  const request = openRequest(1);
  journal.applyBlock({ block: block(1), events: [{ kind: "requested", request }] });
  journal.recordOutput(requestId, { output: Uint8Array.of(1), seconds: 1 });
  journal.recordProof(requestId, PROOF);
  const clock = new FakeClock();
  const stopping = new AbortController();
  clock.onSleep = (count) => {
    if (count === rounds) stopping.abort();
  };
  const calls: string[] = [];
  const intents: Intent[] = [];
  const transmitter = {
    async tend() {
      calls.push("tend");
      behaviour.tend?.(clock.sleeps.length);
    },
    async send(intent: Intent) {
      intents.push(intent);
      calls.push(`${intent.purpose} ${BigInt(intent.requestId) - 0x1000n}`);
      return behaviour.send?.(clock.sleeps.length) ?? true;
    },
  };
  const wake = new Wake(clock);
  const baseFeeNotes = { wanted: () => Promise.resolve([]) };
  const parts = { journal, transmitter, baseFeeNotes, wake, clock, logger, tendEveryMs: 500 };
  const head = { number: 1, timestamp: behaviour.timestamp ?? block(1).timestamp };
  const view = viewOf({ head, ...behaviour.view });
  await transact({ ...parts, view: () => view }, stopping.signal);
  return { calls, intents, journal };
}

function refuse(name: string): never {
  throw new OrchestratorError("ContractReverted", { data: { name, values: [] } });
}

describe("transact", () => {
  it("reconciles before it sends anything", async (t) => {
    const { calls } = await runRounds(t, 1, {});
    assert.deepEqual(calls, ["tend", "fulfill 1"]);
  });

  it("gives a request up when the contract will never take the answer", async (t) => {
    const view = { head: { number: 1, timestamp: 1_400 } };
    const { calls, journal } = await runRounds(t, 6, { send: () => refuse("ProofInvalid"), view });
    assert.equal(calls.filter((call) => call !== "tend").length, 1);
    assert.equal(journal.request(requestId)?.failure?.code, "ProofInvalid");
  });

  it("gives it back instead while that is free", async (t) => {
    const send = (round: number) => round > 0 || refuse("ProofInvalid");
    const { calls, intents } = await runRounds(t, 6, { send });
    assert.deepEqual(calls.filter((call) => call !== "tend").slice(0, 2), [
      "fulfill 1",
      "decline 1",
    ]);
    assert.equal(intents.at(-1)?.reason, "ProofInvalid");
  });

  it("tries again later when the contract may take it then", async (t) => {
    const { calls, journal } = await runRounds(t, 9, { send: () => refuse("AssignmentMismatch") });
    assert.equal(calls.filter((call) => call !== "tend").length, 3);
    assert.equal(journal.request(requestId)?.failure, null);
  });

  it("lets go of a request whose deadline has passed", async (t) => {
    const { calls, journal } = await runRounds(t, 2, { timestamp: 3_000, view: { market: null } });
    assert.deepEqual(calls, ["tend", "tend"]);
    assert.equal(journal.request(requestId)?.failure?.code, "DeadlinePassed");
  });

  it("keeps going when the chain cannot be reached", async (t) => {
    const tend = (round: number) => {
      if (round < 3) throw new OrchestratorError("RpcUnavailable", { retryable: true });
    };
    const { calls } = await runRounds(t, 4, { tend });
    assert.deepEqual(calls, ["tend", "tend", "tend", "tend", "fulfill 1"]);
  });

  it("waits a while after a settlement that could not be sent", async (t) => {
    const { calls } = await runRounds(t, 4, { send: () => false });
    assert.equal(calls.filter((call) => call !== "tend").length, 1);
  });
});

describe("transact, of answers whose windows are over", () => {
  const ids = [1, 2, 3].map((index) => openRequest(index).requestId);

  /** Three answers of this operator, over at 2,000; a batch with the first was mined before. */
  async function finalize(t: TestContext) {
    const journal = temporaryJournal(t);
    const events = ids.flatMap((id, index) => {
      const request = openRequest(index + 1, { level: "Optimistic" });
      const own = { operatorId: OPERATOR, windowEnd: 2_000, record: "0x" };
      const answer = { requestId: id, ...own, output: Uint8Array.of(1) };
      return [{ kind: "requested", request } as const, { kind: "answered", answer } as const];
    });
    journal.applyBlock({ block: block(1), events });
    return journal;
  }

  async function intentsOf(journal: Awaited<ReturnType<typeof finalize>>) {
    const clock = new FakeClock();
    const stopping = new AbortController();
    clock.onSleep = () => stopping.abort();
    const intents: Intent[] = [];
    const transmitter = {
      tend: () => Promise.resolve(),
      async send(intent: Intent) {
        intents.push(intent);
        return true;
      },
    };
    const baseFeeNotes = { wanted: () => Promise.resolve([]) };
    const wake = new Wake(clock);
    const parts = { journal, transmitter, baseFeeNotes, wake, clock, logger, tendEveryMs: 500 };
    const view = viewOf({ head: { number: 3, timestamp: 2_000 } });
    await transact({ ...parts, view: () => view }, stopping.signal);
    return intents;
  }

  it("finalizes them in one transaction", async (t) => {
    const [requestId, ...otherIds] = ids;
    assert.deepEqual(await intentsOf(await finalize(t)), [
      { requestId, otherIds, purpose: "finalizeMany", reason: null },
    ]);
  });

  it("finalizes alone what a batch left as it was", async (t) => {
    const journal = await finalize(t);
    const [first, second, third] = ids;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const batch = { requestId: first, purpose: "finalizeMany", reason: null } as const;
    const bytes = attempt(1);
    const place = { sender: hex(0x5e, 20), nonce: 0 };
    const { id } = journal.insertTransaction({ ...batch, ...place, attempt: bytes });
    const at = { number: 1, hash: blockHash(1) };
    journal.recordReceipt(id, { hash: bytes.hash, block: at, succeeded: true, gasUsed: 1n });
    const sent = await intentsOf(journal);
    assert.deepEqual(
      sent.map(({ purpose, requestId: one, otherIds }) => [purpose, one, otherIds]),
      [
        ["finalizeMany", second, [third]],
        ["finalize", first, []],
      ],
    );
  });
});

describe("transact, of several answers that are proven", () => {
  const requests = [1, 2, 3, 4, 5].map((index) => openRequest(index));

  function proven(t: TestContext): Journal {
    const journal = temporaryJournal(t);
    const events = requests.map((request) => ({ kind: "requested", request }) as const);
    journal.applyBlock({ block: block(1), events });
    for (const request of requests) {
      journal.recordOutput(request.requestId, { output: Uint8Array.of(1), seconds: 1 });
      journal.recordProof(request.requestId, PROOF);
    }
    return journal;
  }

  /** One round, on a chain that takes no call with one of these numbers. */
  async function sentBy(
    journal: Journal,
    poisoned: readonly number[],
    code: "ContractReverted" | "RpcRefused" = "ContractReverted",
  ) {
    const clock = new FakeClock();
    const stopping = new AbortController();
    clock.onSleep = () => stopping.abort();
    const tried: string[] = [];
    const sent: string[] = [];
    const transmitter = {
      tend: () => Promise.resolve(),
      async send({ requestId: first, otherIds = [], purpose }: Intent) {
        const numbers = [first, ...otherIds].map((id) => Number(BigInt(id) - 0x1000n));
        tried.push(`${purpose} ${numbers.join(" ")}`);
        if (!numbers.some((number) => poisoned.includes(number))) {
          sent.push(tried.at(-1) ?? "");
          return true;
        }
        const name = numbers.length === 1 ? "ProofInvalid" : "BatchInvalid";
        throw new OrchestratorError(numbers.length === 1 ? "ContractReverted" : code, {
          data: { name, values: [] },
        });
      },
    };
    const baseFeeNotes = { wanted: () => Promise.resolve([]) };
    const wake = new Wake(clock);
    const parts = { journal, transmitter, baseFeeNotes, wake, clock, logger, tendEveryMs: 500 };
    const view = viewOf({ head: { number: 1, timestamp: 1_400 } });
    await transact({ ...parts, view: () => view }, stopping.signal);
    return { tried, sent };
  }

  it("sends them in one transaction", async (t) => {
    const { tried } = await sentBy(proven(t), []);
    assert.deepEqual(tried, ["fulfillBatch 1 2 3 4 5"]);
  });

  for (const code of ["ContractReverted", "RpcRefused"] as const) {
    it(`divides a batch that is refused with ${code}, and gives up what is wrong alone`, async (t) => {
      const journal = proven(t);
      const { sent } = await sentBy(journal, [4], code);
      assert.deepEqual(sent, ["fulfillBatch 1 2 3", "fulfill 5"]);
      const failures = requests.map((each) => journal.request(each.requestId)?.failure?.code);
      assert.deepEqual(failures, [undefined, undefined, undefined, "ProofInvalid", undefined]);
    });
  }

  it("finds every one that is wrong", async (t) => {
    const journal = proven(t);
    const { sent } = await sentBy(journal, [1, 2, 4]);
    assert.deepEqual(sent, ["fulfill 3", "fulfill 5"]);
    const failed = requests.filter((each) => journal.request(each.requestId)?.failure !== null);
    assert.equal(failed.length, 3);
  });

  it("sends alone what a batch did not settle", async (t) => {
    const journal = proven(t);
    const [first, second] = requests.map((each) => each.requestId);
    assert.ok(first !== undefined && second !== undefined);
    const intent = { requestId: first, otherIds: [second], purpose: "fulfillBatch", reason: null };
    const place = { sender: hex(0x5e, 20), nonce: 0 };
    const bytes = attempt(1);
    const row = { ...intent, ...place, attempt: bytes } as const;
    const { id } = journal.insertTransaction({ ...row, purpose: "fulfillBatch" });
    assert.deepEqual((await sentBy(journal, [])).tried, ["fulfillBatch 3 4 5"]);
    const at = { number: 1, hash: blockHash(1) };
    journal.recordReceipt(id, { hash: bytes.hash, block: at, succeeded: true, gasUsed: 1n });
    journal.markDone(id);
    const { tried } = await sentBy(journal, []);
    assert.deepEqual(tried, ["fulfillBatch 3 4 5", "fulfill 1", "fulfill 2"]);
  });
});

describe("transact, after reverted settlements", () => {
  it("gives the request up at the third", async (t) => {
    const journal = temporaryJournal(t);
    const request = openRequest(1);
    journal.applyBlock({ block: block(1), events: [{ kind: "requested", request }] });
    journal.recordOutput(requestId, { output: Uint8Array.of(1), seconds: 1 });
    journal.recordProof(requestId, PROOF);
    for (const nonce of [0, 1, 2]) {
      const bytes = attempt(nonce);
      const sender = hex(0x5e, 20);
      const intent = { requestId, purpose: "fulfill", reason: null } as const;
      const { id } = journal.insertTransaction({ ...intent, sender, nonce, attempt: bytes });
      const at = { number: 2 + nonce, hash: blockHash(2 + nonce) };
      journal.recordReceipt(id, { hash: bytes.hash, block: at, succeeded: false, gasUsed: 1n });
      journal.markDone(id);
    }
    const clock = new FakeClock();
    const stopping = new AbortController();
    clock.onSleep = () => {
      stopping.abort();
    };
    const transmitter = {
      tend: () => Promise.resolve(),
      send: () => Promise.reject(new Error("it must not be sent")),
    };
    const wake = new Wake(clock);
    const baseFeeNotes = { wanted: () => Promise.resolve([]) };
    const parts = { journal, transmitter, baseFeeNotes, wake, clock, logger, tendEveryMs: 500 };
    const view = viewOf({ head: block(5) });
    await transact({ ...parts, view: () => view }, stopping.signal);
    assert.equal(journal.request(requestId)?.failure?.stage, "fulfill");
  });
});

describe("ingest", () => {
  async function follow(outcomes: readonly (boolean | Error)[]) {
    const clock = new FakeClock();
    const stopping = new AbortController();
    let calls = 0;
    let changes = 0;
    clock.onSleep = (count) => {
      if (count === outcomes.length) stopping.abort();
    };
    const one = async () => {
      const outcome = outcomes[calls++];
      if (outcome instanceof Error) throw outcome;
      return outcome ?? false;
    };
    const onChange = () => (changes += 1);
    await ingest({ follow: one, onChange, clock, logger, pollMs: 100 }, stopping.signal);
    return { changes, sleeps: clock.sleeps };
  }

  it("looks at the chain in a steady beat and tells of changes", async () => {
    assert.deepEqual(await follow([true, false, true]), { changes: 2, sleeps: [100, 100, 100] });
  });

  it("asks an absent RPC ever more slowly, and quickly again once it answers", async () => {
    const down = new OrchestratorError("RpcUnavailable", { retryable: true });
    const odd = new TypeError("a block that does not parse");
    const { sleeps } = await follow([down, odd, down, true, down]);
    assert.deepEqual(sleeps, [250, 500, 1_000, 100, 250]);
  });

  it("ends on what waiting cannot mend", async () => {
    const wrong = new OrchestratorError("ChainMismatch");
    await assert.rejects(follow([true, wrong]), { code: "ChainMismatch" });
  });
});
