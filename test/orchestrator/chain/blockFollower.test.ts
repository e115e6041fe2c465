import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";

import { assert as assertProperty, asyncProperty, array, constantFrom, nat } from "fast-check";

import { BlockFollower } from "../../../orchestrator/chain/blockFollower.ts";
import type { Log } from "../../../orchestrator/chain/rpcSchemas.ts";
import type {
  Block,
  BlockEvents,
  BlockRef,
  ChainEvent,
} from "../../../orchestrator/domain/request.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";
import { openRequest, temporaryJournal } from "../support/builders.ts";
import { FakeChain } from "../support/fakeChain.ts";

/** Each note is the number of a request that is made in the block. */
function decode(log: Log): ChainEvent | null {
  const note = Buffer.from(log.data.slice(2), "hex").toString();
  return note === "?" ? null : { kind: "requested", request: openRequest(Number(note)) };
}

/** A memory that keeps every block; it refuses what no journal could take. */
class Memory {
  readonly applied: BlockEvents[] = [];
  tip(): Block | null {
    return this.applied.at(-1)?.block ?? null;
  }
  blockAtOrBelow(number: number): Block | null {
    return this.applied.findLast(({ block }) => block.number <= number)?.block ?? null;
  }
  applyBlock(batch: BlockEvents): void {
    const tip = this.tip();
    assert.ok(tip === null || batch.block.number > tip.number, "blocks only go up");
    this.applied.push(batch);
  }
  rollBackTo(block: BlockRef): void {
    while ((this.tip()?.number ?? -1) > block.number) this.applied.pop();
    assert.equal(this.tip()?.hash, block.hash);
  }
  requests(): string[] {
    const events = this.applied.flatMap(({ events: each }) => each);
    return events.map((event) => (event.kind === "requested" ? event.request.preimage : ""));
  }
}

function follow(chain: FakeChain, memory = new Memory(), startBlock = 1) {
  const parts = { source: chain, memory, decode, startBlock, logger: silentLogger };
  return { memory, follower: new BlockFollower(parts) };
}

const preimages = (...indices: readonly number[]) =>
  indices.map((index) => openRequest(index).preimage);

describe("BlockFollower.step", () => {
  it("starts at the block before the first interesting one and applies all later ones", async () => {
    const chain = new FakeChain(4);
    chain.mine("1");
    chain.mine("?", "2");
    const { follower, memory } = follow(chain, new Memory(), 5);
    assert.equal(await follower.step(), true);
    assert.deepEqual(
      memory.applied.map(({ block }) => block.number),
      [4, 5, 6],
    );
    assert.deepEqual(memory.requests(), preimages(1, 2));
  });

  it("asks for the head alone while nothing happens", async () => {
    const chain = new FakeChain(3);
    const { follower } = follow(chain);
    await follower.step();
    chain.calls.length = 0;
    assert.equal(await follower.step(), false);
    assert.deepEqual(chain.calls, ["latest"]);
  });

  it("rolls back to the common ancestor and follows the new branch", async () => {
    const chain = new FakeChain(3);
    chain.mine("1");
    chain.mine("2");
    const { follower, memory } = follow(chain);
    await follower.step();
    chain.forkAt(4);
    chain.mine("3");
    chain.mine("2");
    await follower.step();
    assert.deepEqual(memory.requests(), preimages(1, 3, 2));
    assert.equal(memory.tip()?.number, 6);
  });

  it("notices a replaced block of the same height", async () => {
    const chain = new FakeChain(3);
    chain.mine("1");
    const { follower, memory } = follow(chain);
    await follower.step();
    chain.forkAt(3);
    chain.mine("2");
    assert.equal(await follower.step(), true);
    assert.deepEqual(memory.requests(), preimages(2));
  });

  it("notices a re-org to a shorter chain", async () => {
    const chain = new FakeChain(3);
    chain.mine("1");
    chain.mine("2");
    const { follower, memory } = follow(chain);
    await follower.step();
    chain.forkAt(3);
    chain.mine("3");
    await follower.step();
    assert.deepEqual(memory.requests(), preimages(3));
    assert.equal(memory.tip()?.number, 4);
  });

  it("waits for an endpoint that is only behind", async () => {
    const chain = new FakeChain(5);
    const { follower, memory } = follow(chain);
    await follower.step();
    const behind = follow(new FakeChain(4), memory).follower;
    assert.equal(await behind.step(), false);
    assert.equal(memory.tip()?.number, 5);
  });

  it("survives a chain that moves under the walk", async () => {
    const chain = new FakeChain(2);
    const { follower, memory } = follow(chain);
    await follower.step();
    chain.mine("1");
    chain.mine("2");
    chain.mine("3");
    chain.beforeAnswer = (call) => {
      if (call !== "header 4") return;
      chain.beforeAnswer = () => undefined;
      chain.forkAt(2);
      chain.mine("4");
      chain.mine("5");
      chain.mine("6");
    };
    await follower.step();
    await follower.step();
    assert.deepEqual(memory.requests(), preimages(4, 5, 6));
  });

  it("changes nothing when logs and header contradict each other", async () => {
    const chain = new FakeChain(2);
    const { follower, memory } = follow(chain);
    await follower.step();
    chain.mine("1");
    chain.beforeAnswer = (call) => {
      if (call !== "logs 3") return;
      chain.beforeAnswer = () => undefined;
      chain.forkAt(2);
      chain.mine("2");
    };
    await assert.rejects(follower.step(), { code: "RpcInconsistent", retryable: true });
    assert.equal(memory.tip()?.number, 2);
    await follower.step();
    assert.deepEqual(memory.requests(), preimages(2));
  });

  it("reads final blocks in ranges when it is far behind, and the rest one by one", async () => {
    const chain = new FakeChain(1);
    for (let index = 0; index < 3_000; index++)
      chain.mine(...(index % 500 === 0 ? [`${index}`] : []));
    chain.final = 2_900;
    const { follower, memory } = follow(chain);
    await follower.step();
    assert.deepEqual(memory.requests(), preimages(0, 500, 1_000, 1_500, 2_000, 2_500));
    assert.equal(memory.tip()?.number, chain.height);
    const single = chain.calls.filter((call) => /^logs \d+$/.test(call));
    assert.equal(single.length, chain.height - chain.final);
  });

  it("gives up when not even its oldest block is on the chain", async () => {
    const chain = new FakeChain(4);
    const { follower } = follow(chain, new Memory(), 3);
    await follower.step();
    chain.forkAt(0);
    for (let index = 0; index < 6; index++) chain.mine();
    await assert.rejects(follower.step(), { code: "ReorgTooDeep", retryable: false });
  });

  it("agrees with the chain after any history of blocks and re-orgs", async (t: TestContext) => {
    const moves = array(constantFrom("mine", "mine", "fork", "step", "restart"), { maxLength: 40 });
    await assertProperty(
      asyncProperty(moves, nat(5), async (history, depth) => {
        const chain = new FakeChain(3);
        const memory = new Memory();
        let { follower } = follow(chain, memory);
        let next = 0;
        for (const move of history) {
          if (move === "mine") chain.mine(`${next++}`);
          else if (move === "fork") chain.forkAt(Math.max(chain.height - depth, 1));
          else if (move === "restart") ({ follower } = follow(chain, memory));
          else await follower.step();
        }
        chain.mine("9999");
        await follower.step();
        const expected = await chain.logsBetween(1, chain.height);
        const events = expected.map((log) => decode(log));
        const wanted = events.map((each) =>
          each?.kind === "requested" ? each.request.preimage : "",
        );
        assert.deepEqual(memory.requests(), wanted);
      }),
      { numRuns: 200 },
    );
    t.diagnostic("200 histories");
  });

  it("goes on from the journal after a restart", async (t) => {
    const chain = new FakeChain(3);
    chain.mine("1");
    const journal = temporaryJournal(t);
    const parts = { source: chain, memory: journal, decode, startBlock: 1, logger: silentLogger };
    await new BlockFollower(parts).step();
    chain.forkAt(3);
    chain.mine();
    chain.mine("1");
    await new BlockFollower(parts).step();
    assert.equal(journal.request(openRequest(1).requestId)?.seen?.number, 5);
  });
});
