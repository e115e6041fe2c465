import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "node:test";

import { ERROR_SENTENCES } from "../../orchestrator/domain/errors.ts";

const root = resolve(import.meta.dirname, "../..");
const runbook = readFileSync(resolve(root, "docs/runbook.md"), "utf8");

describe("docs/runbook.md", () => {
  it("has one entry for every error code, and none for others", () => {
    const entries = [...runbook.matchAll(/^- \*\*(\w+)\*\*: /gm)].map(([, code]) => code ?? "");
    assert.equal(entries.length, new Set(entries).size);
    assert.deepEqual(new Set(entries), new Set(Object.keys(ERROR_SENTENCES)));
  });

  it("names every setting, and no other", () => {
    const folder = resolve(root, "orchestrator/config");
    const files = readdirSync(folder).map((name) => readFileSync(resolve(folder, name), "utf8"));
    const config = files.join("\n");
    const settings = (text: string) => new Set(text.match(/\b(ASSAY_[A-Z_]+|REDIS_URL)\b/g));
    assert.deepEqual(settings(runbook), settings(config));
  });
});
