import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Faults } from "../../../orchestrator/services/faults.ts";
import { silentLogger as logger } from "../../../orchestrator/telemetry/logger.ts";
import { FakeClock } from "../support/fakeClock.ts";
import { hex } from "../support/builders.ts";

const RELEASE = hex(1);
const LASTING = { code: "RuntimeInexact", retryable: false };

function setUp() {
  const clock = new FakeClock();
  return { clock, faults: new Faults({ clock, logger, keepMs: 1_000 }) };
}

describe("Faults", () => {
  it("remembers why a release cannot be answered, and whether that may pass", () => {
    const { faults } = setUp();
    faults.note(RELEASE, LASTING);
    faults.note(hex(2), { code: "ArtefactMissing", retryable: true });
    assert.deepEqual(faults.current().get(RELEASE), { code: "RuntimeInexact", isLasting: true });
    assert.deepEqual(faults.current().get(hex(2)), { code: "ArtefactMissing", isLasting: false });
  });

  it("does not forget a lasting fault over one that may pass", () => {
    const { faults } = setUp();
    faults.note(RELEASE, LASTING);
    faults.note(RELEASE, { code: "ComputeCrashed", retryable: true });
    assert.equal(faults.current().get(RELEASE)?.code, "RuntimeInexact");
  });

  it("gives the release a new chance after some time, and at once when it works again", () => {
    const { clock, faults } = setUp();
    faults.note(RELEASE, LASTING);
    clock.time += 999;
    assert.equal(faults.current().size, 1);
    clock.time += 1;
    assert.equal(faults.current().size, 0);
    faults.note(RELEASE, LASTING);
    faults.clear(RELEASE);
    assert.equal(faults.current().size, 0);
  });

  it("does not blame a release for what is one request's own", () => {
    const { faults } = setUp();
    for (const code of ["InputInvalid", "WorkUnknown", "JobMalformed"]) {
      faults.note(RELEASE, { code, retryable: false });
    }
    assert.equal(faults.current().size, 0);
  });
});
