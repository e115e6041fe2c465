import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { type BuiltRelease, buildRelease } from "../../../circuits/release/buildRelease.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";

export interface DigitsRelease extends BuiltRelease {
  readonly store: LocalStore;
  readonly directory: string;
}

export const DIGITS_MLP = path.resolve(import.meta.dirname, "../../../models/digits-mlp");

/** The release of models/digits-mlp in a store that goes with the test. */
export async function digitsRelease(): Promise<DigitsRelease> {
  const directory = await mkdtemp(path.join(tmpdir(), "assay-release-"));
  after(() => rm(directory, { recursive: true }));
  const store = new LocalStore(path.join(directory, "store"));
  const cacheDirectory = path.join(directory, "keys");
  const built = await buildRelease({ modelDirectory: DIGITS_MLP, store, cacheDirectory });
  return { ...built, store, directory };
}
