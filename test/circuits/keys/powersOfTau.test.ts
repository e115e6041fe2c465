import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { curves, powersOfTau } from "snarkjs";
import {
  BEACON_ITERATIONS_EXPONENT,
  DEVELOPMENT_NAME,
  POWERS_BEACON,
} from "../../../circuits/keys/developmentSecret.ts";
import { developmentPowersOfTau } from "../../../circuits/keys/powersOfTau.ts";
import { endEngineAfterTests, listener, type Memory, singleThreaded } from "./engine.ts";

const POWER = 4;

describe("developmentPowersOfTau", () => {
  endEngineAfterTests();

  it("is byte for byte what snarkjs makes of the same beacon", async () => {
    const [fresh, beacon, prepared]: Memory[] = [{ type: "mem" }, { type: "mem" }, { type: "mem" }];
    assert(fresh !== undefined && beacon !== undefined && prepared?.type === "mem");
    await powersOfTau.newAccumulator(await curves.getCurveFromName("bn128"), POWER, fresh);
    const hash = Buffer.from(POWERS_BEACON).toString("hex");
    await powersOfTau.beacon(fresh, beacon, DEVELOPMENT_NAME, hash, BEACON_ITERATIONS_EXPONENT);
    await powersOfTau.preparePhase2(beacon, prepared);

    const ours = await developmentPowersOfTau(await singleThreaded(), POWER);

    assert.deepEqual(Buffer.from(ours), Buffer.from(prepared.data ?? []));
  });

  it("passes powersoftau verify", async () => {
    const data = await developmentPowersOfTau(await singleThreaded(), POWER);
    const { complaints, logger } = listener();
    assert.equal(await powersOfTau.verify({ type: "mem", data }, logger), true);
    assert.deepEqual(complaints, []);
  });

  it("fails powersoftau verify with one point replaced", async () => {
    const data = await developmentPowersOfTau(await singleThreaded(), POWER);
    const tauG1 = 12 + 12 + 44 + 12;
    data.copyWithin(tauG1 + 64 * 7, tauG1 + 64 * 6, tauG1 + 64 * 7);
    assert.equal(await powersOfTau.verify({ type: "mem", data }, listener().logger), false);
  });
});
