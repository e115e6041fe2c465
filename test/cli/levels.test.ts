import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tokenUnits } from "../../apps/cli/chain/amounts.ts";
import { CliError } from "../../apps/cli/failure.ts";
import { judgedLevels } from "../../apps/cli/levels.ts";

describe("the levels of a release", () => {
  it("are what was named, with bond and grade if they were", () => {
    assert.deepEqual(judgedLevels({ levels: "zk" }), { levels: ["Zk"] });
    assert.deepEqual(judgedLevels({ levels: "Optimistic, zk" }), { levels: ["Optimistic", "Zk"] });
    assert.deepEqual(judgedLevels({ levels: "optimistic", minBond: "1.5eth", minGrade: "3" }), {
      levels: ["Optimistic"],
      minBond: 15n * 10n ** 17n,
      minGrade: 3n,
    });
  });

  const wrong: readonly (readonly [string, Parameters<typeof judgedLevels>[0], RegExp])[] = [
    ["a level that needs an enclave", { levels: "tee" }, /at level "tee"/],
    ["no level", { levels: "" }, /at level ""/],
    ["a level nobody knows", { levels: "zk,none" }, /at level "none"/],
    ["a bond nobody asks for", { levels: "zk", minBond: "1" }, /--levels is zk/],
    ["a grade nobody asks for", { levels: "zk", minGrade: "1" }, /--levels is zk/],
    ["a bond that is no number", { levels: "optimistic", minBond: "1e18" }, /"1e18" is no amount/],
    ["a bond below zero", { levels: "optimistic", minBond: "-1" }, /"-1" is no amount/],
    [
      "a bond nobody can have",
      { levels: "optimistic", minBond: "100000000000000000000000000000" },
      /--min-bond 1\d+ is more than contracts can keep/,
    ],
    [
      "a bond of too many digits",
      { levels: "optimistic", minBond: "1000000000000000001" },
      /--min-bond 1000000000000000001 has too many digits/,
    ],
    ["a grade above 255", { levels: "optimistic", minGrade: "256" }, /no number up to 255/],
  ];
  for (const [what, options, said] of wrong) {
    it(`are not ${what}`, () => {
      assert.throws(
        () => judgedLevels(options),
        (error) => error instanceof CliError && said.test(error.message) && error.next !== "",
      );
    });
  }

  it("have a bond in the deployment's own asset", () => {
    const options = { levels: "optimistic", minBond: "1.5token" };
    assert.equal(judgedLevels(options, tokenUnits(6)).minBond, 1_500_000n);
    assert.throws(() => judgedLevels(options), /has the unit "token"/);
  });

  it("name the next bond that contracts can keep", () => {
    assert.throws(
      () => judgedLevels({ levels: "optimistic", minBond: "1000000000000000001" }),
      (error) => error instanceof CliError && error.next === "Give 1.001eth.",
    );
  });
});
