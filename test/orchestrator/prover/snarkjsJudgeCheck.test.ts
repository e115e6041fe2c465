import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";

import { zKey } from "snarkjs";

import {
  ensureDevelopmentKeys,
  ensureDevelopmentPtau,
} from "../../../circuits/keys/developmentKeys.ts";
import { readZkeyHeader } from "../../../circuits/keys/zkeyHeader.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { SnarkjsJudgeCheck } from "../../../orchestrator/prover/snarkjsJudgeCheck.ts";
import { verifyingKeyId } from "../../../sdk/protocol/verifyingKey.ts";
import { endEngineAfterTests, type Memory } from "../../circuits/keys/engine.ts";
import { smallCircuit } from "../../circuits/keys/smallCircuit.ts";
import { altered } from "../../circuits/release/altered.ts";
import { digitsRelease } from "../../circuits/release/digits.ts";
import { hex } from "../support/builders.ts";

const release = await digitsRelease();
const { store, manifest, manifestCid } = release;
const keyId = manifest.keyId as `0x${string}`;
const withoutPtau = new SnarkjsJudgeCheck({ store, ptauFile: null });
const cacheDirectory = path.join(release.directory, "keys");

function idOf(zkey: Uint8Array): `0x${string}` {
  const id = verifyingKeyId(readZkeyHeader(zkey).verifyingKey);
  return `0x${Buffer.from(id).toString("hex")}`;
}

function fails(code: string, reason?: string) {
  return (error: unknown) => {
    assert(error instanceof OrchestratorError, String(error));
    assert.equal(error.code, code);
    if (reason !== undefined) assert.equal(error.data["reason"], reason);
    assert.equal(error.retryable, false);
    return true;
  };
}

/** The release under another key, as its publisher would name it. */
async function under(zkey: Uint8Array) {
  const id = idOf(zkey);
  return { cid: await altered(release, { provingKey: zkey }, { keyId: id }), id };
}

describe("SnarkjsJudgeCheck", () => {
  endEngineAfterTests();

  it("accepts the key that the circuit of the release makes", async () => {
    await withoutPtau.check(manifestCid, keyId);
  });

  it("refuses a key on chain that is not the manifest's", async () => {
    await assert.rejects(
      withoutPtau.check(manifestCid, hex(5)),
      fails("JudgeForeign", "key on chain"),
    );
  });

  it("refuses a manifest that names another circuit than its model makes", async () => {
    const circuit = { ...manifest.circuit, digest: hex(7) };
    const cid = await altered(release, {}, { circuit });
    await assert.rejects(withoutPtau.check(cid, keyId), fails("JudgeForeign", "circuit"));
  });

  it("refuses a proving key that is not the one on chain", async () => {
    const { zkey } = await ensureDevelopmentKeys({
      r1cs: smallCircuit(20).r1cs,
      name: "small",
      cacheDirectory,
    });
    const cid = await altered(release, { provingKey: zkey });
    await assert.rejects(withoutPtau.check(cid, keyId), fails("JudgeForeign", "proving key"));
  });

  it("says that it cannot tell of other keys without the powers of tau, and does with them", async () => {
    const own: Memory = { type: "mem" };
    const zkey = await store.get(manifest.artefacts.provingKey.cid);
    await zKey.beacon({ type: "mem", data: zkey }, own, "a contributor", "5eed".repeat(16), 10);
    const contributed = await under(own.data ?? new Uint8Array());
    const { cid, id } = contributed;
    await assert.rejects(withoutPtau.check(cid, id), fails("JudgeUnknown"));

    const { domainSize } = manifest.circuit;
    const ptauFile = await ensureDevelopmentPtau({ domainSize, cacheDirectory });
    const withPtau = new SnarkjsJudgeCheck({ store, ptauFile });
    await withPtau.check(cid, id);

    const small = await ensureDevelopmentKeys({
      r1cs: smallCircuit(21).r1cs,
      name: "small",
      cacheDirectory,
    });
    const foreign = await under(small.zkey);
    await assert.rejects(
      withPtau.check(foreign.cid, foreign.id),
      fails("JudgeForeign", "ceremony"),
    );
  });

  it("can be tried again when an artefact is missing", async () => {
    const circuitless = { ...manifest.artefacts.provingKey, cid: `${manifestCid.slice(0, -1)}a` };
    const artefacts = { ...manifest.artefacts, provingKey: circuitless };
    const cid = await altered({ store, manifest: { ...manifest, artefacts } }, {});
    await assert.rejects(withoutPtau.check(cid, keyId), {
      code: "ArtefactMissing",
      retryable: true,
    });
  });
});
