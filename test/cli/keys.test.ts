import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { buildRelease, type BuiltRelease } from "../../circuits/release/buildRelease.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";
import { encodeManifest } from "../../sdk/protocol/manifest.ts";
import { assay, refused } from "./support/deployedChain.ts";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");
const SNARKJS = join(ROOT, "node_modules/snarkjs/build/cli.cjs");

describe("assay keys export", { timeout: 120_000 }, () => {
  let folder = "";
  let store: LocalStore;
  let built: BuiltRelease;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "assay-keys-"));
    store = new LocalStore(join(folder, "store"));
    const cacheDirectory = join(ROOT, ".assay/keys");
    built = await buildRelease({
      modelDirectory: join(ROOT, "models/volatility"),
      store,
      cacheDirectory,
    });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const places = (out: string): readonly string[] => [
    "--store",
    join(folder, "store"),
    "--keys",
    join(ROOT, ".assay/keys"),
    "--out",
    join(folder, out),
  ];

  it("writes files that the snarkjs command it prints accepts", async () => {
    const { out } = await assay("keys", "export", built.manifestCid, ...places("right"));
    const [warning, r1cs = "", ptau = "", zkey = "", command] = out.split("\n");
    assert.match(warning ?? "", /^development keys: .* protect nothing$/);
    assert.match(r1cs, /\/volatility-1\.0\.0\.r1cs$/);
    assert.match(ptau, /\/dev-ptau-[0-9a-f]{16}-\d+\.ptau$/);
    assert.match(zkey, /\/volatility-1\.0\.0\.dev\.zkey$/);
    assert.equal(command, `snarkjs zkey verify ${r1cs} ${ptau} ${zkey}`);

    const verify = ["zkey", "verify", r1cs, ptau, zkey];
    const { stdout } = await run(process.execPath, [SNARKJS, ...verify]);
    assert.match(stdout, /ZKey Ok!/);

    const forged = Buffer.from(await readFile(zkey));
    forged.writeUInt8(forged.readUInt8(forged.length - 700) ^ 1, forged.length - 700);
    await writeFile(zkey, forged);
    await assert.rejects(run(process.execPath, [SNARKJS, ...verify]));
  });

  it("refuses what is no address, is not there, or has no development key", async () => {
    const nowhere = await refused("keys", "export", "volatility", ...places("none"));
    assert.match(nowhere, /volatility is no content address\.\n .*bafkrei/);
    const absent = ["keys", "export", built.manifest.artefacts.report.cid];
    const missing = await refused(...absent, "--store", join(folder, "empty"));
    assert.match(missing, /ArtefactMissing/);

    const { manifest } = built;
    const transcript = new TextEncoder().encode('{"kind":"ceremony"}');
    const ceremony = { cid: await store.put(transcript), bytes: transcript.length };
    const artefacts = { ...manifest.artefacts, ceremony };
    const other = await store.put(encodeManifest({ ...manifest, artefacts }));
    const said = await refused("keys", "export", other, ...places("none"));
    assert.match(said, new RegExp(`is no development key\\.\n .*${ceremony.cid}`));
  });

  it("refuses a manifest that names another circuit than its model makes", async () => {
    const { manifest } = built;
    const circuit = { ...manifest.circuit, digest: `0x${"12".repeat(32)}` as const };
    const other = await store.put(encodeManifest({ ...manifest, circuit }));
    const said = await refused("keys", "export", other, ...places("none"));
    assert.match(said, /makes the circuit 0x\w+, the manifest names 0x12.*\[CircuitForeign\]/);
  });
});
