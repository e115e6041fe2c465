import {
  type Artefact,
  type Manifest,
  ManifestError,
  decodeManifest,
} from "../../sdk/protocol/manifest.ts";
import { OrchestratorError } from "./errors.ts";
import type { ContentStore } from "./ports.ts";

/** Larger artefacts are not fetched: no release of ours comes near, and memory is finite. */
const MAX_ARTEFACT_BYTES = 2 ** 30;

/**
 * Reads a release's manifest; the store has checked its bytes against the address.
 * @throws OrchestratorError ArtefactMissing, ArtefactCorrupt, ManifestInvalid
 */
export async function readManifest(
  store: ContentStore,
  manifestCid: string,
  signal?: AbortSignal,
): Promise<Manifest> {
  const file = await store.get(manifestCid, signal);
  try {
    return decodeManifest(file);
  } catch (cause) {
    if (!(cause instanceof ManifestError)) throw cause;
    const data = { manifestCid, problems: cause.problems };
    throw new OrchestratorError("ManifestInvalid", { data, cause });
  }
}

/**
 * Reads an artefact that a manifest names, of the length it declares.
 * @throws OrchestratorError ArtefactMissing, ArtefactCorrupt, ManifestInvalid
 */
export async function readArtefact(
  store: ContentStore,
  { cid, bytes: declared }: Artefact,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  requireReadable(cid, declared);
  const bytes = await store.get(cid, signal);
  requireLength(cid, { bytes: bytes.length, declared });
  return bytes;
}

/**
 * The path of an artefact's file where the store keeps files, so that processes can share its
 * memory; else the artefact.
 * @throws OrchestratorError ArtefactMissing, ArtefactCorrupt, ManifestInvalid
 */
export async function locateArtefact(
  store: ContentStore,
  artefact: Artefact,
  signal?: AbortSignal,
): Promise<string | Uint8Array> {
  if (store.locate === undefined) return readArtefact(store, artefact, signal);
  const { cid, bytes: declared } = artefact;
  requireReadable(cid, declared);
  const { path, bytes } = await store.locate(cid, signal);
  requireLength(cid, { bytes, declared });
  return path;
}

function requireReadable(cid: string, declared: number): void {
  if (declared <= MAX_ARTEFACT_BYTES) return;
  const data = { cid, bytes: declared, limit: MAX_ARTEFACT_BYTES };
  throw new OrchestratorError("ManifestInvalid", { data });
}

function requireLength(
  cid: string,
  { bytes, declared }: { readonly bytes: number; readonly declared: number },
): void {
  if (bytes === declared) return;
  throw new OrchestratorError("ManifestInvalid", { data: { cid, bytes, declared } });
}
