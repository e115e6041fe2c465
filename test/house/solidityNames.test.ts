import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";

const root = resolve(import.meta.dirname, "../..");

describe("names of the contracts", () => {
  // Hardhat and TypeChain find a contract by its name alone.
  it("are each used once, those of tests included", async () => {
    const homes = new Map<string, string[]>();
    for await (const path of glob("{contracts,test/contracts}/**/*.sol", { cwd: root })) {
      const source = await readFile(join(root, path), "utf8");
      for (const [, name = ""] of source.matchAll(
        /^(?:abstract )?(?:contract|interface|library) (\w+)/gm,
      )) {
        homes.set(name, [...(homes.get(name) ?? []), path]);
      }
    }
    assert.ok(homes.size > 0);
    assert.deepEqual(
      [...homes].filter(([, paths]) => paths.length > 1),
      [],
    );
  });
});
