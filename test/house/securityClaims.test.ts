import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/security.md"), "utf8");

/** Code spans of the form "folder/file › words of a test". */
const named = [...page.matchAll(/`([\w./-]+) › ([^`]+)`/g)].map(([, file = "", words = ""]) => ({
  file,
  words,
}));

function isThere({ file, words }: { readonly file: string; readonly words: string }): boolean {
  const path = [".test.ts", ".t.sol"].map((end) => join(root, `test/${file}${end}`));
  const found = path.find((each) => existsSync(each));
  if (found === undefined) return false;
  // As the name of a test, not as any words: quotes before them, or the keyword of Solidity's.
  const source = readFileSync(found, "utf8");
  return [`"${words}`, `\`${words}`, `function ${words}(`].some((name) => source.includes(name));
}

describe("docs/security.md", () => {
  it("names tests that exist", () => {
    assert.ok(named.length > 50, `${named.length} tests are named`);
    assert.deepEqual(
      named.filter((test) => !isThere(test)),
      [],
    );
  });

  it("has every function that writes in its tables", () => {
    const missing = [...writers()].filter(
      ([, name]) => !page.includes(`\`${name}\``) && !page.includes(`.${name}\``),
    );
    assert.deepEqual(missing, []);
  });
});

/** Contract and name of what is external or public and not a view, in all that is deployed or inherited. */
function* writers(): Generator<readonly [string, string]> {
  const sources = [
    "InferenceCoordinator",
    "coordinator/Batches",
    "coordinator/Disputes",
    "coordinator/Finality",
    "coordinator/LedgerAccounts",
    "coordinator/RequestEndings",
    "coordinator/RequestIntake",
    "coordinator/VerifierRouter",
    "OperatorBonds",
    "OperatorRegistry",
    "ModelRegistry",
    "CeremonyBook",
    "KeyStore",
    "consumer/InferenceConsumer",
    "examples/DigitReader",
    "examples/IndexVault",
    "examples/VolatilityVault",
  ];
  for (const source of sources) {
    const code = readFileSync(join(root, `contracts/${source}.sol`), "utf8");
    for (const [, name = "", modifiers = ""] of code.matchAll(
      /function (\w+)\([^)]*\)([^{;]*)[{]/g,
    )) {
      if (!/\b(external|public)\b/.test(modifiers) || /\b(view|pure)\b/.test(modifiers)) continue;
      yield [source, name];
    }
  }
}
