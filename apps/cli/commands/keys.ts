import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Command } from "commander";

import { ensureDevelopmentPtau } from "../../../circuits/keys/developmentKeys.ts";
import { rebuildCircuit } from "../../../circuits/release/rebuildCircuit.ts";
import { readArtefact, readManifest } from "../../../orchestrator/domain/releaseFiles.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { isCid } from "../../../sdk/protocol/cid.ts";
import type { Manifest } from "../../../sdk/protocol/manifest.ts";
import { CliError } from "../failure.ts";

interface ExportOptions {
  readonly store: string;
  readonly keys: string;
  readonly out: string;
}

/** `assay keys export`: what anyone needs to check a development key with snarkjs alone. */
export function registerKeys(program: Command): void {
  program
    .command("keys")
    .description("keys of releases")
    .command("export")
    .description("write circuit, key and development powers of tau for snarkjs zkey verify")
    .argument("<manifest>", "content address of the release's manifest, as assay publish prints it")
    .option("--store <folder>", "holds the release's artefacts", ".assay/store")
    .option("--keys <folder>", "where development keys are kept", ".assay/keys")
    .option("--out <folder>", "where the files go", ".")
    .action(exportKeys);
}

async function exportKeys(manifestCid: string, { store, keys, out }: ExportOptions): Promise<void> {
  if (!isCid(manifestCid)) {
    const next = "Give the line assay publish prints as manifest: bafkrei and 52 letters.";
    throw new CliError(`${manifestCid} is no content address.`, next);
  }
  const artefacts = new LocalStore(store);
  const manifest = await readManifest(artefacts, manifestCid);
  const { name, version, circuit } = manifest;
  await requireDevelopment(artefacts, manifest);
  const { integerModel, provingKey } = manifest.artefacts;
  const r1cs = rebuildCircuit({
    integerModel: await readArtefact(artefacts, integerModel),
    digest: circuit.digest,
  });
  const zkey = await readArtefact(artefacts, provingKey);
  const ptau = await ensureDevelopmentPtau({
    domainSize: circuit.domainSize,
    cacheDirectory: keys,
  });
  const files = [`${name}-${version}.r1cs`, basename(ptau), `${name}-${version}.dev.zkey`].map(
    (file) => join(out, file),
  );
  const [r1csFile = "", ptauFile = "", zkeyFile = ""] = files;
  await mkdir(out, { recursive: true });
  await writeFile(r1csFile, r1cs);
  await copyFile(ptau, ptauFile);
  await writeFile(zkeyFile, zkey);
  console.log("development keys: their secret is published, so they protect nothing");
  for (const file of files) console.log(file);
  console.log(`snarkjs zkey verify ${files.join(" ")}`);
}

/** Only development keys come from powers of tau that can be made here. */
async function requireDevelopment(store: LocalStore, { artefacts }: Manifest): Promise<void> {
  const file = new TextDecoder().decode(await readArtefact(store, artefacts.ceremony));
  const transcript: unknown = JSON.parse(file);
  const isDevelopment =
    typeof transcript === "object" &&
    transcript !== null &&
    "kind" in transcript &&
    transcript.kind === "development";
  if (isDevelopment) return;
  const next = `Take the powers of tau its transcript names: ${artefacts.ceremony.cid}.`;
  throw new CliError("The release's key is no development key.", next);
}
