import { type Manifest, encodeManifest } from "../../../sdk/protocol/manifest.ts";
import type { DigitsRelease } from "./digits.ts";

/** The same release with some artefacts or fields replaced, stored under its own address. */
export async function altered(
  { store, manifest }: Pick<DigitsRelease, "store" | "manifest">,
  replaced: Partial<Record<keyof Manifest["artefacts"], Uint8Array | null>>,
  fields: Partial<Manifest> = {},
): Promise<string> {
  const artefacts = { ...manifest.artefacts };
  for (const [name, bytes] of Object.entries(replaced)) {
    const artefact = bytes && { cid: await store.put(bytes), bytes: bytes.length };
    Object.assign(artefacts, { [name]: artefact });
  }
  return store.put(encodeManifest({ ...manifest, ...fields, artefacts }));
}
