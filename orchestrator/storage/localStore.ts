import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { cidOf, cidOfDigest, isCid } from "../../sdk/protocol/cid.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ContentStore, StoredFile } from "../domain/ports.ts";

/** A content store in a folder: one file per artefact, named by its CID. */
export class LocalStore implements ContentStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async has(cid: string): Promise<boolean> {
    try {
      await access(this.#fileOf(cid));
      return true;
    } catch {
      return false;
    }
  }

  async get(cid: string, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = await this.#read(cid, signal);
    if (cidOf(bytes) !== cid) throw new OrchestratorError("ArtefactCorrupt", { data: { cid } });
    return bytes;
  }

  /** Reads the file without holding it: it may be longer than memory. */
  async locate(cid: string, signal?: AbortSignal): Promise<StoredFile> {
    const file = this.#fileOf(cid);
    const hash = createHash("sha256");
    const stream = createReadStream(file);
    try {
      await pipeline(stream, hash, signal === undefined ? {} : { signal });
    } catch (cause) {
      if (!isNotFound(cause)) throw cause;
      throw new OrchestratorError("ArtefactMissing", { data: { cid }, cause, retryable: true });
    }
    if (cidOfDigest(hash.digest()) !== cid) {
      throw new OrchestratorError("ArtefactCorrupt", { data: { cid } });
    }
    return { path: file, bytes: stream.bytesRead };
  }

  /** The file appears by a rename after its bytes are on disk: no reader meets half of it. */
  async put(bytes: Uint8Array): Promise<string> {
    const cid = cidOf(bytes);
    if (await this.#holds(cid)) return cid;
    await mkdir(this.#directory, { recursive: true });
    const temporary = path.join(this.#directory, `${randomUUID()}.tmp`);
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#fileOf(cid));
    return cid;
  }

  /** A damaged file counts as absent, so that storing the artefact again repairs it. */
  async #holds(cid: string): Promise<boolean> {
    try {
      await this.get(cid);
      return true;
    } catch (error) {
      if (error instanceof OrchestratorError) return false;
      throw error;
    }
  }

  async #read(cid: string, signal?: AbortSignal): Promise<Uint8Array> {
    try {
      const bytes = await readFile(this.#fileOf(cid), signal === undefined ? {} : { signal });
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (cause) {
      if (!isNotFound(cause)) throw cause;
      throw new OrchestratorError("ArtefactMissing", { data: { cid }, cause, retryable: true });
    }
  }

  /** The check keeps names like `../x` from reaching the file system. */
  #fileOf(cid: string): string {
    if (!isCid(cid)) throw new OrchestratorError("ArtefactMissing", { data: { cid } });
    return path.join(this.#directory, cid);
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
