import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import solc from "solc";

import {
  HITS_LIBRARY,
  instrument,
  LIBRARY_FILE,
  librarySource,
} from "../../scripts/coverage/instrument.ts";
import { readCoverage } from "../../scripts/coverage/measured.ts";
import { formatReport, missedGoals, summaryOf, totalsOf } from "../../scripts/coverage/report.ts";

const contract = (body: string): string =>
  `pragma solidity 0.8.37;\ncontract A {\nfunction f(bool a, bool b, bool c) external {\n${body}\n}\n}\n`;
const branchesOf = (body: string): readonly string[] =>
  instrument({ file: "a.sol", source: contract(body) }).branches.map(
    ({ line, what }) => `${line}: ${what}`,
  );
const bothWays = (line: number, conditions: readonly string[]): readonly string[] =>
  conditions.flatMap((what) => [`${line}: ${what} is true`, `${line}: ${what} is false`]);

describe("instrument", () => {
  it("counts both ways of what if, loops, ?:, require and assert decide by", () => {
    for (const body of [
      "if (a) return;",
      "while (a) c = b;",
      "do c = b; while (a);",
      "for (; a; ) c = b;",
      "c = a ? b : c;",
      "require(a);",
      'require(a, "b");',
      "assert(a);",
    ]) {
      assert.deepEqual(branchesOf(body), bothWays(4, ["a"]), body);
    }
  });

  it("counts the operands of && and ||, wherever they stand, not the whole", () => {
    assert.deepEqual(branchesOf("if (!(a && !b) || c) return;"), bothWays(4, ["a", "b", "c"]));
    assert.deepEqual(branchesOf("c = a && b;"), bothWays(4, ["a", "b"]));
    assert.deepEqual(
      branchesOf("if ((a || b) == c) return;"),
      bothWays(4, ["(a || b) == c", "a", "b"]),
    );
  });

  it("counts the blocks of try and catch", () => {
    assert.deepEqual(branchesOf("try this.f(a, b, c) {\nc = b;\n} catch {\nb = c;\n}"), [
      "4: the block is entered",
      "6: the block is entered",
    ]);
  });

  it("counts nothing else, and no assembly", () => {
    assert.deepEqual(branchesOf("c = a == b;\nassembly { if a { c := b } }"), []);
  });

  it("names what was not ASCII before it by its line and text", () => {
    assert.deepEqual(branchesOf("// é ≠ e\nif (a ==\n  b) return;"), bothWays(5, ["a == b"]));
  });

  it("gives every branch of every file a tag of its own", () => {
    const source = contract("if (a && b) return;\ntry this.f(a, b, c) { } catch { }");
    const tags = ["a.sol", "b.sol"].flatMap((file) =>
      instrument({ file, source }).branches.map(({ tag }) => tag),
    );
    assert.equal(new Set(tags).size, 12);
    for (const tag of tags) assert.match(tag, /^[0-9a-f]{64}$/);
  });

  it("makes what compiles, with every line where it was", () => {
    const body = `if (a ? b : c) c = (a && (b ? a : !c)) == (a || b);
for (uint256 i = 0; i < 3 && !b; ++i) require(a || b, "neither");
try this.f(a, b, c) { c = b; } catch { b = c; }`;
    const before = contract(body);
    const { source } = instrument({ file: "a.sol", source: before });
    const [, ...headers] = before.split("\n").map((line) => line.slice(0, 3));
    assert.deepEqual(
      source
        .split("\n")
        .slice(1, headers.length)
        .map((line) => line.slice(0, 3)),
      headers.slice(0, -1),
    );
    assert.deepEqual(compileErrors(source), []);
  });

  it("refuses what is no Solidity", () => {
    assert.throws(() => instrument({ file: "a.sol", source: "contract {" }), /ParserError/);
  });
});

/** Hardhat imports its library, and adds it. */
function compileErrors(source: string): readonly unknown[] {
  const hits = `pragma solidity 0.8.37; library ${HITS_LIBRARY} { function sendHit(uint256) internal pure {} }`;
  const sources = {
    "hits.sol": { content: hits },
    [LIBRARY_FILE]: { content: librarySource("hits.sol") },
    "a.sol": { content: `${source}import {${HITS_LIBRARY}} from "hits.sol";` },
  };
  const input = { language: "Solidity", sources, settings: { outputSelection: { "*": {} } } };
  const compiler: { compile(input: string): string } = solc;
  const { errors = [] } = JSON.parse(compiler.compile(JSON.stringify(input))) as {
    readonly errors?: readonly { readonly severity: string }[];
  };
  return errors.filter(({ severity }) => severity === "error");
}

describe("readCoverage", () => {
  it("puts together what each runner of tests hit", (context) => {
    const root = mkdtempSync(join(tmpdir(), "assay-coverage-"));
    context.after(() => rmSync(root, { recursive: true, force: true }));
    const write = (path: string, content: string) => {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), content);
    };
    const branch = (tag: string, line: number) => ({
      file: "contracts/A.sol",
      line,
      what: "a",
      tag,
    });
    const [first, second, third] = [branch("01", 2), branch("02", 2), branch("03", 3)] as const;
    write("coverage/branches.json", JSON.stringify([first, second, third]));
    write("coverage/data/mocha/a.json", JSON.stringify({ "01": 3, ff: 1 }));
    write("coverage/data/solidity/b.json", JSON.stringify({ "03": 1 }));
    write(
      "coverage/lcov.info",
      "TN:\nSF:contracts/B.sol\nDA:7,1\nLH:1\nLF:1\nend_of_record\n" +
        "SF:contracts/A.sol\nDA:2,1\nDA:3,0\nLH:1\nLF:2\nend_of_record\n",
    );

    assert.deepEqual(readCoverage(root), [
      {
        file: "contracts/A.sol",
        coveredLines: [2],
        uncoveredLines: [3],
        coveredBranches: [first, third],
        uncoveredBranches: [second],
      },
      {
        file: "contracts/B.sol",
        coveredLines: [7],
        uncoveredLines: [],
        coveredBranches: [],
        uncoveredBranches: [],
      },
    ]);
  });

  it("fails where no tests ran", () => {
    assert.throws(() => readCoverage(join(tmpdir(), "assay-absent")), /ENOENT/);
  });
});

describe("the report", () => {
  const branch = { file: "contracts/A.sol", line: 3, what: "a is true", tag: "01" };
  const covered = {
    file: "contracts/A.sol",
    coveredLines: [1, 2, 3],
    uncoveredLines: [],
    coveredBranches: Array.from({ length: 98 }, () => branch),
    uncoveredBranches: [branch, branch],
  };

  it("is content with every line and 98 of 100 branches", () => {
    assert.deepEqual(missedGoals(totalsOf([covered])), []);
  });

  it("names each goal that is missed", () => {
    const short = { ...covered, uncoveredLines: [9], coveredBranches: [] };
    assert.deepEqual(missedGoals(totalsOf([covered, short])), [
      "Lines are not covered to 100%.",
      "Branches are not covered to 98%.",
    ]);
  });

  it("shows lines and branches of each file and of all, and each that is missing", () => {
    const other = {
      ...covered,
      file: "contracts/B.sol",
      uncoveredLines: [9],
      uncoveredBranches: [],
    };
    const rows = formatReport([covered, other]).split("\n");
    assert.match(rows[1] ?? "", /^contracts\/A\.sol +3\/3 100\.00% +98\/100 +98\.00%$/);
    assert.match(rows[2] ?? "", /^contracts\/B\.sol +3\/4 +75\.00% +98\/98 100\.00% +9$/);
    assert.match(rows[3] ?? "", /^total +6\/7 +85\.71% +196\/198 +98\.98%$/);
    assert.deepEqual(rows.slice(4), Array(2).fill("never: contracts/A.sol:3: a is true"));
  });

  it("says the same to machines, without the branches that were taken", () => {
    assert.deepEqual(summaryOf([covered]), {
      lines: { covered: 3, total: 3, percent: 100 },
      branches: { covered: 98, total: 100, percent: 98 },
      goals: { lines: 100, branches: 98 },
      files: [
        {
          file: "contracts/A.sol",
          lines: { covered: 3, total: 3, percent: 100 },
          branches: { covered: 98, total: 100, percent: 98 },
          uncoveredLines: [],
          uncoveredBranches: [
            { line: 3, what: "a is true" },
            { line: 3, what: "a is true" },
          ],
        },
      ],
    });
  });
});
