import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

import {
  compare,
  formatFinding,
  readExplanations,
  readReport,
  type Explanation,
  type Finding,
} from "../../scripts/audit/findings.ts";

const root = resolve(import.meta.dirname, "../..");
const script = join(root, "scripts/audit/slither.ts");

const LATE: Finding = { detector: "timestamp", file: "contracts/A.sol", element: "A.isLate" };
const SENT: Finding = { detector: "reentrancy-eth", file: "contracts/A.sol", element: "A.send" };
const EXPLAINED: Explanation = {
  detector: LATE.detector,
  reason: "Days do not care about seconds.",
  elements: { [LATE.file]: [LATE.element] },
};

/** As Slither writes it. */
function reported(elements: readonly object[], check = "timestamp"): unknown {
  return { success: true, error: null, results: { detectors: [{ check, elements }] } };
}

const contract = { type: "contract", name: "A" };
const source_mapping = { filename_relative: LATE.file };
const method = { type: "function", name: "isLate", type_specific_fields: { parent: contract } };

describe("readReport", () => {
  it("names functions, variables and what is local to a function", () => {
    const local = { type: "variable", name: "now", type_specific_fields: { parent: method } };
    const names = [method, { ...method, name: "limit" }, local].map((element) =>
      readReport(reported([{ ...element, source_mapping }])).map((finding) => finding.element),
    );
    assert.deepEqual(names, [["A.isLate"], ["A.limit"], ["A.isLate.now"]]);
  });

  it("tells each finding once, by its first element", () => {
    const one = { check: "timestamp", elements: [{ ...method, source_mapping }] };
    const other = { ...one, elements: [...one.elements, { ...method, name: "x", source_mapping }] };
    const json = { success: true, results: { detectors: [one, other] } };
    assert.deepEqual(readReport(json), [LATE]);
  });

  it("finds nothing where Slither found nothing, and takes no report of a failed run", () => {
    assert.deepEqual(readReport({ success: true, results: {} }), []);
    assert.throws(() => readReport({ success: false, error: "no compiler", results: {} }));
    assert.throws(() => readReport(reported([])));
  });
});

describe("compare", () => {
  it("is content where every finding is explained once and none else is", () => {
    const nothing = { unexplained: [], vanished: [], repeated: [] };
    assert.deepEqual(compare([LATE], [EXPLAINED]), nothing);
  });

  it("tells a new finding, also of a known detector or of a known function", () => {
    const others = [SENT, { ...LATE, element: "A.isEarly" }, { ...LATE, file: "contracts/B.sol" }];
    assert.deepEqual(compare([LATE, ...others], [EXPLAINED]).unexplained, others);
  });

  it("tells an explanation of what is not found any more", () => {
    assert.deepEqual(compare([], [EXPLAINED]).vanished, [LATE]);
  });

  it("tells what is explained twice", () => {
    assert.deepEqual(compare([LATE], [EXPLAINED, EXPLAINED]).repeated, [LATE]);
  });
});

describe("scripts/audit/slither.json", () => {
  const explained = readExplanations(
    JSON.parse(readFileSync(join(root, "scripts/audit/slither.json"), "utf8")),
  );

  it("names files that exist, each finding once, each with a sentence", () => {
    const files = explained.flatMap(({ elements }) => Object.keys(elements));
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
    assert.deepEqual(compare([], explained).repeated.map(formatFinding), []);
  });

  it("takes no entry that explains nothing, or everything of a detector", () => {
    for (const entry of [
      { ...EXPLAINED, reason: "" },
      { ...EXPLAINED, elements: { [LATE.file]: [] } },
      { detector: "timestamp", reason: "All of them." },
    ]) {
      assert.throws(() => readExplanations([entry]));
    }
  });
});

describe("npm run slither", () => {
  it("says that Slither is not installed, on one line, and fails nothing", () => {
    const { status, stdout } = run(mkdtempSync(join(tmpdir(), "assay-path-")));
    assert.deepEqual([status, stdout], [0, "skipped: Slither is not installed\n"]);
  });

  it("compares no findings of another version", () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-path-"));
    const tool = join(folder, "slither");
    writeFileSync(tool, "#!/bin/sh\necho 0.1.0\n");
    chmodSync(tool, 0o755);
    const { status, stdout } = run(folder);
    assert.deepEqual([status, stdout], [0, "skipped: Slither 0.11.6 is not installed, 0.1.0 is\n"]);
  });
});

/** With nothing but this folder on the path, which it removes. */
function run(folder: string): { readonly status: number | null; readonly stdout: string } {
  try {
    const env = { ...process.env, PATH: folder };
    return spawnSync(process.execPath, [script], { env, encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
