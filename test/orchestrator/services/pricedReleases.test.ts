import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { pricedReleases } from "../../../orchestrator/services/pricedReleases.ts";
import { digitsRelease } from "../../circuits/release/digits.ts";
import { hex } from "../support/builders.ts";

const { store, manifest, manifestCid } = await digitsRelease();

function releasesWith(units: Partial<typeof manifest.units>, cid = manifestCid) {
  const registry = {
    release: async () => ({ releaseId: hex(1), manifestCid: cid }),
    units: async () => ({ ...manifest.units, ...units }),
    servedBy: async () => [hex(1)],
    keyId: async () => hex(2),
  };
  return pricedReleases({ registry, store });
}

describe("pricedReleases", () => {
  it("names a release that is priced by its manifest's units", async () => {
    assert.deepEqual(await releasesWith({}).release(hex(1)), { releaseId: hex(1), manifestCid });
    assert.deepEqual(await releasesWith({}).servedBy(2n), [hex(1)]);
  });

  it("refuses one that is priced by others, and tells both", async () => {
    for (const unit of ["compute", "proof", "byte"] as const) {
      const refusal = releasesWith({ [unit]: 1 }).release(hex(1));
      await assert.rejects(refusal, (error) => {
        assert.ok(error instanceof OrchestratorError);
        assert.equal(error.code, "UnitsWrong");
        assert.deepEqual(error.data["declared"], manifest.units);
        return true;
      });
    }
  });

  it("says that a manifest is missing, which may pass", async () => {
    const cid = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
    const missing = releasesWith({}, cid).release(hex(1));
    await assert.rejects(missing, { code: "ArtefactMissing", retryable: true });
  });
});
