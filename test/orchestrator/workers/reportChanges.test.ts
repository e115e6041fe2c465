import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";

import { reportChanges } from "../../../orchestrator/workers/reportChanges.ts";

describe("reportChanges", () => {
  it("tells the first phase at once, then only those that last", (t) => {
    mock.timers.enable({ apis: ["setInterval"] });
    t.after(() => mock.timers.reset());
    const told: string[] = [];
    const { begin, end } = reportChanges((phase) => told.push(phase));
    begin("witness");
    begin("read");
    begin("fft");
    assert.deepEqual(told, ["witness"]);
    mock.timers.tick(250);
    assert.deepEqual(told, ["witness", "fft"]);
    mock.timers.tick(1_000);
    begin("msmA");
    end();
    mock.timers.tick(1_000);
    assert.deepEqual(told, ["witness", "fft"]);
  });
});
