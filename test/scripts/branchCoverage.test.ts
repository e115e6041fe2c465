import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

import { readCoverage } from "../../scripts/coverage/measured.ts";

const repository = resolve(import.meta.dirname, "../..");
const hardhat = join(repository, "node_modules/.bin/hardhat");

const CONFIG = `import { defineConfig } from "hardhat/config";
import { branchCoverage } from ${JSON.stringify(join(repository, "scripts/coverage/branchCoverage.ts"))};

const path = ${JSON.stringify(join(repository, "node_modules/solc/soljson.js"))};
const settings = { viaIR: true, optimizer: { enabled: true, runs: 200 } };
export default defineConfig({
  plugins: [branchCoverage],
  paths: { tests: { solidity: "test" } },
  solidity: { version: "0.8.37", path, settings },
});
`;

const CONTRACT = `pragma solidity 0.8.37;
contract A {
    function pick(bool a, bool b) public pure returns (uint256) {
        require(a || b, "neither");
        if (a && b) return 1;
        return b ? 2 : 3;
    }
    function tryPick(bool a, bool b) external view returns (uint256) {
        try this.pick(a, b) returns (uint256 picked) {
            return picked;
        } catch {
            return 0;
        }
    }
    function count(uint256 limit) external pure returns (uint256 counted) {
        while (counted < limit) ++counted;
    }
}
`;

const TESTS = `pragma solidity 0.8.37;
import {A} from "../contracts/A.sol";
contract ATest {
    function test_picks() external {
        A a = new A();
        assert(a.pick(true, true) == 1);
        assert(a.pick(true, false) == 3);
    }
    function test_reverts() external {
        (bool isDone, ) = address(new A()).call(abi.encodeCall(A.pick, (false, false)));
        assert(!isDone);
    }
    function test_tries() external {
        assert(new A().tryPick(true, true) == 1);
    }
    function test_counts() external {
        assert(new A().count(0) == 0);
    }
}
`;

describe("branchCoverage", () => {
  it("tells which way tests went, also in a call that reverted", (context) => {
    const root = mkdtempSync(join(tmpdir(), "assay-branches-"));
    context.after(() => rmSync(root, { recursive: true, force: true }));
    for (const [path, content] of [
      ["package.json", `{ "type": "module" }`],
      ["hardhat.config.ts", CONFIG],
      ["contracts/A.sol", CONTRACT],
      ["test/A.t.sol", TESTS],
    ] as const) {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));

    const run = spawnSync(hardhat, ["test", "--coverage"], { cwd: root, encoding: "utf8" });
    assert.equal(run.status, 0, `${run.stdout}\n${run.stderr}`);
    const [file, ...others] = readCoverage(root);
    assert.deepEqual(others, []);
    assert.deepEqual(
      file?.uncoveredBranches.map(({ line, what }) => `${line}: ${what}`),
      [
        "4: b is true",
        "5: a is false",
        "6: b is true",
        "11: the block is entered",
        "16: counted < limit is true",
      ],
    );
    assert.equal(file.coveredBranches.length, 9);
    assert.deepEqual(file.uncoveredLines, [12, 16]);
  });
});
