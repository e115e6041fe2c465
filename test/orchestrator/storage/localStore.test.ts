import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { CachedStore } from "../../../orchestrator/storage/cachedStore.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { cidOf } from "../../../sdk/protocol/cid.ts";

const directory = await mkdtemp(path.join(tmpdir(), "assay-store-"));
const store = new LocalStore(directory);
const bytes = new TextEncoder().encode("an artefact");

after(() => rm(directory, { recursive: true }));

describe("LocalStore", () => {
  it("keeps bytes under their content address and leaves nothing else behind", async () => {
    const cid = await store.put(bytes);
    assert.equal(cid, cidOf(bytes));
    assert.deepEqual(await store.get(cid), bytes);
    assert.equal(await store.put(bytes), cid);
    assert.deepEqual(await readdir(directory), [cid]);
    assert.equal(await store.has(cid), true);
  });

  it("refuses a damaged file, and storing the bytes again repairs it", async () => {
    const cid = await store.put(bytes);
    await truncate(path.join(directory, cid), 3);
    await assert.rejects(store.get(cid), isError("ArtefactCorrupt"));
    await store.put(bytes);
    assert.deepEqual(await store.get(cid), bytes);
  });

  it("names the file of an artefact, once its bytes have matched the address", async () => {
    const cid = await store.put(bytes);
    const file = path.join(directory, cid);
    assert.deepEqual(await store.locate(cid), { path: file, bytes: bytes.length });
    await writeFile(file, "another one");
    await assert.rejects(store.locate(cid), isError("ArtefactCorrupt"));
    await rm(file);
    await assert.rejects(store.locate(cid), isError("ArtefactMissing"));
    await assert.rejects(store.locate("../secret"), isError("ArtefactMissing"));
  });

  it("fetches what it has not, or has damaged, before it names the file", async () => {
    const near = new LocalStore(path.join(directory, "near"));
    const cached = new CachedStore({ near, far: store });
    const cid = await store.put(bytes);
    const file = path.join(directory, "near", cid);
    assert.deepEqual(await cached.locate(cid), { path: file, bytes: bytes.length });
    await truncate(file, 3);
    assert.equal((await cached.locate(cid)).bytes, bytes.length);
    await rm(path.join(directory, "near"), { recursive: true });
  });

  it("misses what was never stored", async () => {
    const cid = cidOf(Uint8Array.of(1));
    assert.equal(await store.has(cid), false);
    await assert.rejects(store.get(cid), isError("ArtefactMissing"));
  });

  it("reads no file that is not named by a content address", async () => {
    await writeFile(path.join(directory, "secret"), "secret");
    for (const name of ["secret", "../secret", "", cidOf(bytes).toUpperCase()]) {
      await assert.rejects(store.get(name), isError("ArtefactMissing"));
      assert.equal(await store.has(name), false);
    }
  });
});

function isError(code: string) {
  return (error: unknown) => error instanceof OrchestratorError && error.code === code;
}
