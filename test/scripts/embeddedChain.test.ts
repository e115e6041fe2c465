import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { describe, it } from "node:test";

import { startEmbeddedChain } from "../../scripts/chain/embeddedChain.ts";
import { eventually } from "../orchestrator/support/ports.ts";
import { isAlive } from "./processes.ts";

const source = resolve(import.meta.dirname, "../../scripts/chain/embeddedChain.ts");
const PARENT = `
  const { startEmbeddedChain } = await import(${JSON.stringify(source)});
  console.log((await startEmbeddedChain(1)).pid);
`;

describe("startEmbeddedChain", () => {
  it("ends with the process that started it, also when that is killed", async () => {
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", PARENT], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line);
    assert.ok(isAlive(pid));
    parent.kill("SIGKILL");
    await eventually(() => !isAlive(pid), { withinMs: 30_000, what: "the chain ends" });
  });

  it("tells when the chain ended by itself, and not when it was stopped", async () => {
    const [lost, stopped] = [await startEmbeddedChain(1), await startEmbeddedChain(1)];
    await stopped.stop();
    assert.equal(stopped.failed.aborted, false);
    process.kill(lost.pid, "SIGKILL");
    await eventually(() => lost.failed.aborted, { withinMs: 30_000, what: "the loss is told" });
    assert.match(String(lost.failed.reason), /The embedded chain ended/);
  });
});
