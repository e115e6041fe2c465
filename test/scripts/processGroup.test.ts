import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { ProcessEnded, ProcessGroup } from "../../scripts/demo/processGroup.ts";

describe("ProcessGroup", () => {
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "assay-group-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function start(group: ProcessGroup, name: string, program: string): Promise<void> {
    const file = join(folder, `${name}.mjs`);
    await writeFile(file, program);
    group.start({ name, file, args: ["one"], env: { GREETING: "hello" } });
  }

  it("fails with what the process said last when one ends early", async () => {
    const group = new ProcessGroup(folder);
    const failed = once(group.failed, "abort");
    await start(
      group,
      "worker",
      "console.log(process.env.GREETING, process.argv[2]); process.exit(3);",
    );
    await failed;
    const reason: unknown = group.failed.reason;
    assert.ok(reason instanceof ProcessEnded);
    assert.match(reason.message, /"worker" ended with code 3\. .*\nhello one/);
    await group.stop();
  });

  it("ends processes that live, also one that does not listen, and that is no failure", async () => {
    const group = new ProcessGroup(folder, 300);
    const alive = "console.log(process.pid); setInterval(() => {}, 1000);";
    await start(group, "polite", alive);
    await start(group, "deaf", `process.on("SIGTERM", () => {}); ${alive}`);
    const pids = await Promise.all(["polite", "deaf"].map(async (name) => pidOf(name)));
    await group.stop();
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    assert.equal(group.failed.aborted, false);
  });

  async function pidOf(name: string): Promise<number> {
    for (;;) {
      const text = await readFile(join(folder, `${name}.log`), "utf8");
      if (text.endsWith("\n")) return Number(text);
      await new Promise((done) => setTimeout(done, 10));
    }
  }
});
