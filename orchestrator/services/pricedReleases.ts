import type { ReleaseRegistry } from "../domain/nodePorts.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ContentStore } from "../domain/ports.ts";
import { readManifest } from "../domain/releaseFiles.ts";

/**
 * The registry's releases, each compared with its manifest when it is looked up: requests are priced
 * by the units on chain, work is done by the manifest. Workers compare the manifest with the model.
 * @throws OrchestratorError of `release`: UnitsWrong, and what reading the manifest throws
 */
export function pricedReleases({
  registry,
  store,
}: {
  readonly registry: ReleaseRegistry;
  readonly store: ContentStore;
}): Pick<ReleaseRegistry, "release" | "servedBy" | "keyId"> {
  return {
    servedBy: (operatorId, level) => registry.servedBy(operatorId, level),
    keyId: (releaseId) => registry.keyId(releaseId),
    async release(releaseId) {
      const release = await registry.release(releaseId);
      const [units, { units: declared }] = await Promise.all([
        registry.units(releaseId),
        readManifest(store, release.manifestCid),
      ]);
      const { compute, proof, byte } = units;
      if (compute === declared.compute && proof === declared.proof && byte === declared.byte) {
        return release;
      }
      throw new OrchestratorError("UnitsWrong", { data: { releaseId, declared, units } });
    },
  };
}
