import type { ContentStore } from "../domain/ports.ts";
import { nodeClient } from "../http/nodeClient.ts";
import { CachedStore } from "../storage/cachedStore.ts";
import { LocalStore } from "../storage/localStore.ts";

/** A worker's artefacts: its own folder, filled from the node. */
export function workerStore(setup: {
  readonly nodeUrl: string;
  readonly token: string;
  readonly cacheDir: string;
}): ContentStore {
  const { store } = nodeClient({ url: setup.nodeUrl, token: setup.token });
  return new CachedStore({ near: new LocalStore(setup.cacheDir), far: store });
}
