import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { accountsNeeded, peopleOf, pursesOf } from "../../../scripts/sim/people.ts";
import { randomFrom } from "../../../scripts/sim/random.ts";
import {
  hasOutsideGain,
  reactionOf,
  replyOf,
  STRATEGIES,
  strategiesOf,
} from "../../../scripts/sim/strategies.ts";

describe("strategiesOf", () => {
  it("gives fifty operators all five strategies, half of them honest", () => {
    const counts = STRATEGIES.map(
      (strategy) => strategiesOf(50).filter((other) => other === strategy).length,
    );
    assert.deepEqual(counts, [25, 7, 7, 6, 5]);
  });

  it("leaves no strategy out of the smallest market, and refuses a smaller one", () => {
    assert.deepEqual(strategiesOf(5), STRATEGIES);
    assert.throws(() => strategiesOf(4), /too few; take 5/);
  });
});

describe("replyOf", () => {
  it("lies only where no proof is asked for", () => {
    for (const strategy of STRATEGIES) assert.notEqual(replyOf(strategy, "Zk"), "wrong");
    assert.deepEqual(
      STRATEGIES.filter((strategy) => replyOf(strategy, "Optimistic") === "wrong"),
      ["lazy", "lying", "colluding"],
    );
  });

  it("answers right at both levels for the honest, and never for the absent", () => {
    assert.equal(replyOf("honest", "Optimistic"), "right");
    assert.equal(replyOf("honest", "Zk"), "right");
    assert.equal(replyOf("offline", "Optimistic"), "silence");
    assert.equal(replyOf("lazy", "Zk"), "decline");
  });

  it("is paid for outside by liars, not by the lazy", () => {
    assert.deepEqual(STRATEGIES.filter(hasOutsideGain), ["lying", "colluding"]);
  });
});

describe("reactionOf", () => {
  it("lets right answers stand and attacks wrong ones, one in five by a challenge", () => {
    assert.equal(reactionOf(true, 0), "nothing");
    assert.equal(reactionOf(false, 0.19), "challenge");
    assert.equal(reactionOf(false, 0.2), "overturn");
  });
});

describe("peopleOf", () => {
  const accounts = Array.from(
    { length: accountsNeeded(20) },
    (_, i) => `0x${(i + 1).toString(16).padStart(40, "0")}` as const,
  );

  it("gives every role an account of its own, and uses all of them", () => {
    const people = peopleOf(accounts, 20);
    const { operators, watchers, requesters } = people;
    const single = [people.owner, people.publisher, people.feeReceiver, people.power];
    const others = [people.prey, people.keeper, people.griefer, ...watchers, ...requesters];
    const used = [...single, ...others, ...operators.flatMap(pursesOf)];
    assert.deepEqual(new Set(used), new Set(accounts));
    assert.equal(used.length, accounts.length);
  });

  it("counts a gang's challenger and requester as the operator's purse", () => {
    const { operators } = peopleOf(accounts, 20);
    const purses = operators.map((operator) => [operator.strategy, pursesOf(operator).length]);
    for (const [strategy, count] of purses) assert.equal(count, strategy === "colluding" ? 3 : 1);
  });

  it("refuses a chain with too few accounts", () => {
    assert.throws(() => peopleOf(accounts.slice(1), 20), /too few/);
  });
});

describe("randomFrom", () => {
  it("repeats itself for a seed and a use, and for no other", () => {
    const draws = (seed: number, use: string): readonly number[] => {
      const random = randomFrom(seed, use);
      return Array.from({ length: 5 }, () => random.below(1_000_000));
    };
    assert.deepEqual(draws(1, "a"), draws(1, "a"));
    assert.notDeepEqual(draws(1, "a"), draws(2, "a"));
    assert.notDeepEqual(draws(1, "a"), draws(1, "b"));
  });

  it("meets the probability it is asked for", () => {
    const random = randomFrom(1, "chance");
    const hits = Array.from({ length: 20_000 }, () => random.chance(0.3)).filter(Boolean).length;
    assert.ok(Math.abs(hits / 20_000 - 0.3) < 0.02, String(hits));
  });
});
