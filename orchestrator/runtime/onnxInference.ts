import type { ContentStore, Inference, InferenceAnswer, Work } from "../domain/ports.ts";
import { type OpenSession, type WarmRelease, loadRelease, runPayload } from "./loadRelease.ts";

/** Sessions of more releases than this are not held in memory at once. */
const WARM_RELEASES = 8;

/**
 * Runs releases in onnxruntime, integer model and float model beside it. It blocks the thread it
 * is called on while a model runs.
 */
export class OnnxInference implements Inference {
  readonly #store: ContentStore;
  readonly #openSession: OpenSession | undefined;
  /** The release used longest ago stands first. */
  readonly #warm = new Map<string, Promise<WarmRelease>>();

  /** @param input.openSession opens the integer model on another device than onnxruntime's CPU */
  constructor(input: { readonly store: ContentStore; readonly openSession?: OpenSession }) {
    this.#store = input.store;
    this.#openSession = input.openSession;
  }

  async prepare(manifestCid: string, signal?: AbortSignal): Promise<void> {
    await this.#release(manifestCid, signal);
  }

  async run(
    { manifestCid, input }: Pick<Work, "manifestCid" | "input">,
    signal?: AbortSignal,
  ): Promise<InferenceAnswer> {
    const release = await this.#release(manifestCid, signal);
    signal?.throwIfAborted();
    const { inputs, outputs, output } = await runPayload(release, input);
    return { output, floatDifference: await differenceOf(release, inputs, outputs) };
  }

  async stop(): Promise<void> {
    const releases = [...this.#warm.values()];
    this.#warm.clear();
    await Promise.all(releases.map(close));
  }

  async #release(manifestCid: string, signal?: AbortSignal): Promise<WarmRelease> {
    const found = this.#warm.get(manifestCid);
    const release = found ?? this.#load(manifestCid, signal);
    this.#warm.delete(manifestCid);
    this.#warm.set(manifestCid, release);
    this.#evict();
    try {
      return await release;
    } catch (error) {
      if (this.#warm.get(manifestCid) === release) this.#warm.delete(manifestCid);
      // Another caller's load may have been aborted by its own signal.
      if (found === undefined || signal?.aborted === true) throw error;
      return this.#release(manifestCid, signal);
    }
  }

  #load(manifestCid: string, signal?: AbortSignal): Promise<WarmRelease> {
    return loadRelease({
      store: this.#store,
      manifestCid,
      ...(this.#openSession === undefined ? {} : { openSession: this.#openSession }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  #evict(): void {
    for (const [cid, release] of this.#warm) {
      if (this.#warm.size <= WARM_RELEASES) return;
      this.#warm.delete(cid);
      void close(release);
    }
  }
}

async function differenceOf(
  { float }: WarmRelease,
  inputs: readonly Float64Array[],
  outputs: readonly Float64Array[],
) {
  try {
    return float === null ? null : await float.difference(inputs, outputs);
  } catch {
    // The yardstick failed; the answer does not depend on it.
    return null;
  }
}

async function close(loading: Promise<WarmRelease>): Promise<void> {
  const [result] = await Promise.allSettled([loading]);
  if (result?.status !== "fulfilled") return;
  await Promise.all([result.value.session.release(), result.value.float?.release()]);
}
