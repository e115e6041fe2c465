import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { dirname, join, posix, resolve } from "node:path";
import { describe, it } from "node:test";

const contracts = resolve(import.meta.dirname, "../../contracts");

/** Folder of contracts/ → folders it may import beside itself; "." holds what is deployed. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  types: [],
  interfaces: ["types"],
  libraries: ["types"],
  coordinator: ["interfaces", "libraries", "types"],
  ".": ["coordinator", "interfaces", "libraries", "types"],
  verifiers: ["interfaces", "libraries", "types"],
  consumer: ["interfaces", "types"],
  examples: ["consumer", "interfaces", "libraries", "types"],
  fees: ["interfaces"],
  mocks: ["interfaces", "libraries", "types"],
};

/** Our own files that a source imports, as paths below contracts/. */
function importsOf(path: string, source: string): string[] {
  return [...source.matchAll(/^import\s[^;]*?"(\.[^"]+)";/gms)].map(([, target = ""]) =>
    posix.normalize(posix.join(posix.dirname(path), target)),
  );
}

async function violations(path: string, source: string): Promise<string[]> {
  const from = dirname(path);
  const wrong: string[] = [];
  for (const target of importsOf(path, source)) {
    const to = dirname(target);
    const isAllowed = to === from || allowed[from]?.includes(to) === true;
    // Contracts know each other by interface only; what they share, they inherit.
    const isShared = to !== "." || /^abstract contract /m.test(await readSource(target));
    if (!isAllowed || !isShared) wrong.push(`${path} imports ${target}`);
  }
  return wrong;
}

async function readSource(path: string): Promise<string> {
  return readFile(join(contracts, path), "utf8");
}

describe("imports of the contracts", () => {
  it("follow the design", async () => {
    const wrong: string[] = [];
    for await (const path of glob("**/*.sol", { cwd: contracts })) {
      assert.ok(dirname(path) in allowed, `contracts/${dirname(path)} is no room of the design`);
      wrong.push(...(await violations(path, await readSource(path))));
    }
    assert.deepEqual(wrong, []);
  });

  for (const [path, target] of [
    ["types/Planted.sol", "../interfaces/IVerifier.sol"],
    ["libraries/Planted.sol", "../interfaces/IVerifier.sol"],
    ["Planted.sol", "./ModelRegistry.sol"],
    ["Planted.sol", "./mocks/MockCoordinator.sol"],
    ["consumer/Planted.sol", "../InferenceCoordinator.sol"],
  ] as const) {
    it(`refuse ${target} in ${path}`, async () => {
      const source = `import {\n    Planted\n} from "${target}";`;
      assert.equal((await violations(path, source)).length, 1);
    });
  }
});
