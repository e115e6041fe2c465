import { OrchestratorError } from "../domain/errors.ts";
import type { ContentStore, StoredFile } from "../domain/ports.ts";

/** A store that keeps files. */
type FileStore = ContentStore & Required<Pick<ContentStore, "locate">>;

/** A near store in front of a far one: what was fetched once is kept. */
export class CachedStore implements ContentStore {
  readonly #near: FileStore;
  readonly #far: ContentStore;

  constructor(input: { readonly near: FileStore; readonly far: ContentStore }) {
    this.#near = input.near;
    this.#far = input.far;
  }

  async has(cid: string): Promise<boolean> {
    return (await this.#near.has(cid)) || (await this.#far.has(cid));
  }

  async get(cid: string, signal?: AbortSignal): Promise<Uint8Array> {
    try {
      return await this.#near.get(cid, signal);
    } catch (error) {
      // Damaged bytes in the cache are as good as none: they are fetched again.
      if (!(error instanceof OrchestratorError)) throw error;
    }
    const bytes = await this.#far.get(cid, signal);
    await this.#near.put(bytes);
    return bytes;
  }

  async locate(cid: string, signal?: AbortSignal): Promise<StoredFile> {
    try {
      return await this.#near.locate(cid, signal);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
    }
    await this.#near.put(await this.#far.get(cid, signal));
    return this.#near.locate(cid, signal);
  }

  put(bytes: Uint8Array): Promise<string> {
    return this.#near.put(bytes);
  }
}
