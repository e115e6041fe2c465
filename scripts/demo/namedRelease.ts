import type { BuiltRelease } from "../../circuits/release/buildRelease.ts";
import type { Verification } from "../../sdk/protocol/verification.ts";
import type { NamedRelease } from "./localNetwork.ts";

/** Slow machines prove for seconds; nobody else answers within this. */
const PRIMARY_WINDOW_SECONDS = 600n;

/** A built release as the contracts take it, to be asked at these levels. */
export function namedRelease(
  { manifest, digest, verifyingKey }: BuiltRelease,
  levels: readonly Verification[] = ["Zk"],
): NamedRelease {
  return {
    name: manifest.name,
    version: manifest.version,
    release: {
      manifestDigest: digest,
      inputLength: manifest.inputLength,
      outputLength: manifest.outputLength,
      units: manifest.units,
      primaryWindowSeconds: PRIMARY_WINDOW_SECONDS,
      verifyingKey,
      levels,
    },
  };
}
